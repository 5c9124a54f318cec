import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** One request with as little work of our own as possible; anything but success is an error. */
export function ask(url, { method = 'GET', headers, body } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      agent,
      method,
      headers: { ...headers, ...(body && { 'content-length': Buffer.byteLength(body) }) },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if ([200, 201].includes(incoming.statusCode)) resolve(text);
        else reject(new Error(`${incoming.statusCode}: ${text}`));
      });
    });
    outgoing.end(body);
  });
}

/**
 * Makes `count` requests, `lanes` at a time.
 * @param work one request, by index and lane
 * @returns milliseconds of each, and seconds for all
 */
export async function measure(count, lanes, work) {
  const latencies = [];
  let next = 0;
  const run = async (lane) => {
    while (next < count) {
      const index = next++;
      const sentAt = performance.now();
      await work(index, lane);
      latencies.push(performance.now() - sentAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  return { latencies, seconds: (performance.now() - startedAt) / 1000 };
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

export const median = (values) => percentile(values, 0.5);
