import { defineConfig } from '@playwright/test';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** `tools/test.mjs` finds the browser; by hand, Debian's is taken. */
const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';

/**
 * What a window of Chromium prepares for its address bar, of which no test sees anything: three
 * pages of its own, at half of what it costs to open a window.
 */
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxFullPopup', 'WebUIOmniboxAimPopup'];
/** What Playwright turns off: of two lists, the browser reads the last. */
const PLAYWRIGHTS = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding'],
  ...['ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'AimEnabled'],
  ...['OptimizationHints', 'NetworkTimeServiceQuerying', 'PreconnectToSearch'],
];

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 375, height: 760 };

export default defineConfig({
  testDir: resolve(__dirname, 'src'),
  outputDir: resolve(__dirname, '../../test-results/portal-e2e'),
  globalSetup: resolve(__dirname, 'src/harness/global-setup.ts'),
  // Each has servers and demo data of its own, which its tests take turns at. One more than there
  // are processors: a test waits for its browser, that for the API, and this for the database.
  workers: Math.min(availableParallelism() + 1, 4),
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    locale: 'de-DE',
    timezoneId: 'Europe/Berlin',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        `--disable-features=${[...PLAYWRIGHTS, ...ADDRESS_BAR].join()}`,
      ],
    },
  },
  projects: [
    // What depends on the width, also on a phone; in advance, since at the end one worker would do it.
    { name: 'phone', testMatch: /(flow|pages)\.spec\.ts$/, use: { viewport: PHONE } },
    { name: 'desktop', use: { viewport: DESKTOP } },
  ],
});
