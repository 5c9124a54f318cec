import { defineConfig } from '@playwright/test';
import { resolve } from 'node:path';
import base from './playwright.config';

/** A suite of its own, which runs when the browser tests have left the machine alone. */
export default defineConfig({
  ...base,
  testDir: resolve(__dirname, 'lighthouse'),
  outputDir: resolve(__dirname, '../../test-results/lighthouse'),
  workers: 1,
  projects: [{ name: 'desktop' }],
});
