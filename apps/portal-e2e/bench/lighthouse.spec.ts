import { expect, test } from '../src/harness/fixtures';
import { audit, PAGES, PRESET_SLOWDOWN, type Scores, withPhone } from '../lighthouse/audit';
import { median, report, ROUNDS } from './figures';

for (const [name, url, signedIn] of PAGES) {
  test(`Lighthouse, mobile preset: ${name}`, async ({ member: _ }, testInfo) => {
    await withPhone(testInfo, signedIn, async (phone) => {
      const scores: Scores[] = [];
      // The first also warms up the server.
      for (let round = 0; round <= ROUNDS; round++) {
        scores.push(await audit(url(), phone, PRESET_SLOWDOWN));
      }
      scores.shift();
      const of = (metric: string) =>
        Math.round(median(scores.map(({ metrics }) => metrics[metric] ?? NaN)));
      for (const { failedAudits } of scores) expect(failedAudits).toEqual([]);
      const performance = scores.map((score) => score.performance);
      await report('Lighthouse', {
        page: name,
        performance: median(performance),
        all: performance.join(', '),
        'largest paint, ms': of('largestContentfulPaint'),
        'blocking time, ms': of('totalBlockingTime'),
        'benchmark index': of('benchmarkIndex'),
      });
    });
  });
}
