import { defineConfig } from '@playwright/test';
import { resolve } from 'node:path';
import base from './playwright.config';

/**
 * Lighthouse scores the machine as much as the page, so it is a suite of its own that is run by
 * name on a quiet one: `npm test -- lighthouse`.
 */
export default defineConfig({
  ...base,
  testDir: resolve(__dirname, 'lighthouse'),
  outputDir: resolve(__dirname, '../../test-results/lighthouse'),
  projects: [{ name: 'desktop' }],
});
