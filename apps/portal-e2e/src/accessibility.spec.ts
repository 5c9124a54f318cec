import type { Page, ViewportSize } from '@playwright/test';
import { DESKTOP, PHONE } from '../playwright.config';
import {
  expect,
  expectAccessible,
  expectNoSidewaysScroll,
  portalUrl,
  resize,
} from './harness/fixtures';
import { test } from './harness/one-tab';
import { show } from './harness/portal-state';
import { withSampleConnections } from './harness/sample-connections';
import { openState, states } from './harness/states';

// Half of what all browser tests take: shared out.
test.describe.configure({ mode: 'parallel' });

const sample = withSampleConnections();

test.use({ contextOptions: { reducedMotion: 'reduce' } });

/** However short, a transition would be caught half way between two colours. */
async function coloursSettled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // What is inherited follows one level after the other.
    do {
      await frame();
      await frame();
    } while (document.getAnimations().some(({ playState }) => playState === 'running'));
  });
}

const NARROWEST = { width: 320, height: 640 };

for (const [language, locale] of [
  ['German', 'de-DE'],
  ['English', 'en-GB'],
] as const) {
  test.describe(`in ${language}`, () => {
    test.use({ locale });

    for (const state of states) {
      test(`${state.name}: WCAG 2.2 AA, nothing cut off`, async ({ page }) => {
        await openState(page, state, sample());
        // Colours are the same on every width, and texts in both themes.
        const looks: [ViewportSize, 'light' | 'dark'][] = [[DESKTOP, 'light']];
        if (!state.bothThemes) looks.push([PHONE, 'dark']);
        for (const [size, colorScheme] of looks) {
          await resize(page, size);
          await page.emulateMedia({ colorScheme });
          await coloursSettled(page);
          await expectAccessible(page);
        }
        // Also what 400 % zoom leaves of a desktop (WCAG 1.4.10).
        await resize(page, NARROWEST);
        await expectNoSidewaysScroll(page);
      });
    }
  });
}

test('who wants less motion sees another theme at once', async ({ page }) => {
  await show(page, `${portalUrl()}/portal/sign-in`);
  await page.emulateMedia({ colorScheme: 'dark' });
  // The styles of the new theme are worked out by asking.
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});
