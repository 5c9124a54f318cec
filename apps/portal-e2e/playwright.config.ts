import { defineConfig } from '@playwright/test';
import { resolve } from 'node:path';

/** `tools/test.mjs` finds the browser; by hand, Debian's is taken. */
const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 375, height: 760 };

export default defineConfig({
  testDir: resolve(__dirname, 'src'),
  outputDir: resolve(__dirname, '../../test-results/portal-e2e'),
  globalSetup: resolve(__dirname, 'src/harness/global-setup.ts'),
  // One server with one set of demo data: tests take turns.
  workers: 1,
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
