import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Metrics } from '../telemetry/metrics.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const DOCUMENT = resolve(__dirname, '../../../../docs/operate.md');
/** The process's own, which prom-client names. */
const PROCESS = /^(process|nodejs)_/;

let test: TestApp;
beforeAll(async () => {
  // Nobody has to be there: what is optional has its metrics as soon as it is configured.
  test = await createTestApp({ env: { NATS_URL: 'nats://127.0.0.1:1' } });
});
afterAll(() => test.close());

/** Each metric with its labels, from rows like "| `name` | `label`: value, `label` | meaning |". */
async function documented(): Promise<Record<string, string[]>> {
  const lines = (await readFile(DOCUMENT, 'utf8')).split('\n');
  const table = lines.slice(lines.findIndex((line) => /^\| metric +\|/.test(line)) + 2);
  const rows = table.slice(
    0,
    table.findIndex((line) => !line.startsWith('|')),
  );
  const words = (cell = '') => [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
  return Object.fromEntries(
    rows
      .map((row) => row.split('|'))
      .flatMap(([, name, labels]) => words(name).map((word) => [word, words(labels).sort()])),
  );
}

function exposed(): Record<string, string[]> {
  const { registry } = test.app.get(Metrics);
  const own = registry.getMetricsAsArray().filter(({ name }) => !PROCESS.test(name));
  return Object.fromEntries(
    own.map((metric) => {
      const { labelNames } = metric as unknown as { labelNames: string[] };
      return [metric.name, [...labelNames].sort()];
    }),
  );
}

describe('docs/operate.md', () => {
  it('names every metric that is exposed, with its labels, and no other', async () => {
    expect(await documented()).toEqual(exposed());
  });
});
