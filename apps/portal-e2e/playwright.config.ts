import { defineConfig } from '@playwright/test';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** `tools/test.mjs` finds the browser; by hand, Debian's is taken. */
const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 375, height: 760 };

export default defineConfig({
  testDir: resolve(__dirname, 'src'),
  outputDir: resolve(__dirname, '../../test-results/portal-e2e'),
  globalSetup: resolve(__dirname, 'src/harness/global-setup.ts'),
  // Each has servers and demo data of its own, which its tests take turns at.
  workers: Math.min(availableParallelism(), 4),
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
      ],
    },
  },
  projects: [
    { name: 'desktop', use: { viewport: DESKTOP } },
    // The same pages on a phone; what does not depend on the width is tested once.
    { name: 'phone', testMatch: /(flow|pages)\.spec\.ts$/, use: { viewport: PHONE } },
  ],
});
