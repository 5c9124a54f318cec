import { defineConfig } from '@playwright/test';
import { resolve } from 'node:path';
import tests, { DESKTOP, PHONE } from './playwright.config';

/** `npm run screenshots`: pictures to look at, not tests. */
export default defineConfig({
  ...tests,
  testDir: resolve(__dirname, 'pictures'),
  testMatch: /\.shots\.ts$/,
  outputDir: resolve(__dirname, '../../test-results/screenshots'),
  use: { ...tests.use, contextOptions: { reducedMotion: 'reduce' } },
  projects: [
    { name: 'desktop', use: { viewport: DESKTOP } },
    {
      name: 'phone',
      testMatch: /contact-sheet\.shots\.ts$/,
      use: { viewport: PHONE, deviceScaleFactor: 2 },
    },
  ],
});
