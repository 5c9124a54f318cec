import { ask, measure, median, percentile } from './requests.mjs';

/**
 * Code exchange and refresh beside one INSERT in a bare server, in turns, so that whatever else the
 * machine does affects all of them alike.
 */
export async function benchGrants({ rounds, requests, lanes }, { bare, endpoint, peers }) {
  const scenarios = {
    'one INSERT, bare Fastify': {
      server: bare,
      prepare: () => JSON.stringify({ text: 'x'.repeat(300) }),
      work: (body) =>
        ask(bare.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
    },
    ...(await grantsOf(endpoint, '', { requests, lanes })),
  };
  for (const [name, peer] of Object.entries(peers)) {
    Object.assign(scenarios, await grantsOf(peer, `, ${name}`, { requests, lanes }));
  }
  const samples = Object.fromEntries(Object.keys(scenarios).map((name) => [name, []]));
  // The first round warms up the compiler.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, { server, prepare, work }] of Object.entries(scenarios)) {
      const prepared = await prepare();
      const before = await server.ask('cpu');
      const { latencies, seconds } = await measure(requests, lanes, (index, lane) =>
        work(prepared, index, lane),
      );
      const microseconds = ((await server.ask('cpu')) - before) / requests;
      if (round > 0) samples[name].push({ latencies, perSecond: requests / seconds, microseconds });
    }
  }
  return Object.entries(samples).map(([name, all]) => {
    const latencies = all.flatMap((sample) => sample.latencies);
    return {
      name,
      requests: latencies.length,
      perSecond: median(all.map(({ perSecond }) => perSecond)),
      p50: median(latencies),
      p99: percentile(latencies, 0.99),
      microseconds: median(all.map((sample) => sample.microseconds)),
    };
  });
}

async function grantsOf(endpoint, of, { requests, lanes }) {
  const { server } = endpoint;
  const lineages = [];
  for (const body of await endpoint.exchanges(lanes)) lineages.push(await endpoint.token(body));
  return {
    [`code exchange${of}`]: {
      server,
      prepare: () => endpoint.exchanges(requests),
      work: (bodies, index) => endpoint.token(bodies[index]),
    },
    [`refresh${of}`]: {
      server,
      prepare: () => undefined,
      work: async (_, __, lane) => {
        lineages[lane] = await endpoint.refresh(lineages[lane].refresh_token);
      },
    },
  };
}
