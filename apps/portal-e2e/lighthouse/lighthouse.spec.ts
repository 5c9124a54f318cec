import { expect } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { test } from '../src/harness/fixtures';
import { audit, PAGES, PRESET_SLOWDOWN, type Scores, withPhone } from './audit';

/** Another program on the machine costs points: the best try counts. */
const TRIES = 6;

test.describe('Lighthouse on a phone', () => {
  for (const [name, url, signedIn] of PAGES) {
    test(`${name}: performance at least 95, accessibility 100, best practices 100`, async ({
      member: _,
    }, testInfo) => {
      test.setTimeout(300_000);
      await withPhone(testInfo, signedIn, async (phone) => {
        const tries: Scores[] = [];
        while (tries.length < TRIES && !tries.some(({ performance }) => performance >= 95)) {
          tries.push(await audit(url(), phone, slowdownAfter(tries.at(-1))));
        }
        const figures = JSON.stringify(tries);
        await writeFile(testInfo.outputPath(`${name}.json`), figures);
        expect(Math.max(...tries.map(({ performance }) => performance)), figures).toBeGreaterThan(
          94,
        );
        for (const { failedAudits } of tries) expect(failedAudits).toEqual([]);
      });
    });
  }
});

/**
 * The benchmark index of the phone that this makes, which lies between the middling one (1000) and
 * the slow one (264) of Chrome's calibration (DevTools, CalibrationController.ts).
 */
const PHONE = 2000 / PRESET_SLOWDOWN;

/**
 * How many times slower than this machine the phone is: as in the preset at first; where that rates
 * a slow or busy machine along with the page, so that the phone stays the same.
 */
function slowdownAfter(last: Scores | undefined): number {
  const index = last?.metrics['benchmarkIndex'] ?? Infinity;
  return Math.max(1, Math.min(PRESET_SLOWDOWN, index / PHONE));
}
