import { defineConfig } from '@playwright/test';
import { resolve } from 'node:path';
import base from './playwright.config';

/** What `npm run bench:portal` measures, one page after the other. */
export default defineConfig({
  ...base,
  testDir: resolve(__dirname, 'bench'),
  outputDir: resolve(__dirname, '../../test-results/portal-bench'),
  workers: 1,
  timeout: 120_000,
  projects: [{ name: 'desktop' }],
});
