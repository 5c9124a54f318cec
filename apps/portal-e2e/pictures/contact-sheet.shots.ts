import type { Page } from '@playwright/test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from '../src/harness/fixtures';
import { withSampleConnections } from '../src/harness/sample-connections';
import { documentation } from '../src/harness/docs-states';
import { openState, states as portalStates } from '../src/harness/states';

const OUTPUT = process.env['SCREENSHOTS'] ?? resolve(__dirname, '../../../screenshots');
const LANGUAGES = [
  ['de', 'de-DE'],
  ['en', 'en-GB'],
] as const;
const THEMES = ['light', 'dark'] as const;
const WIDTHS = ['desktop', 'phone'] as const;

const states = [...portalStates, ...documentation];
const sample = withSampleConnections();

test.beforeAll(async () => {
  await mkdir(OUTPUT, { recursive: true });
  await writeFile(join(OUTPUT, 'index.html'), contactSheet());
});

for (const [language, locale] of LANGUAGES) {
  test.describe(language, () => {
    test.use({ locale });

    for (const state of states) {
      test(state.name, async ({ page }, { project }) => {
        await openState(page, state, sample());
        const dialog = (await page.locator('[role=dialog], [role=alertdialog]').count()) > 0;
        if (!dialog) await growToContent(page);
        for (const theme of THEMES) {
          await page.emulateMedia({ colorScheme: theme });
          await page.screenshot({
            path: join(OUTPUT, fileName(state.name, project.name, theme, language)),
            fullPage: !dialog,
            animations: 'disabled',
            caret: 'hide',
          });
        }
      });
    }
  });
}

/** On a screen as tall as the page, what sticks to its lower edge covers nothing. */
async function growToContent(page: Page): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  const content = await page.evaluate(() => document.documentElement.scrollHeight);
  if (content > height) await page.setViewportSize({ width, height: content });
}

function fileName(state: string, width: string, theme: string, language: string): string {
  return `${state}.${width}.${theme}.${language}.png`;
}

function contactSheet(): string {
  const picture = (state: string, width: string, theme: string, language: string) => {
    const file = fileName(state, width, theme, language);
    return `<a class="${width}" href="${file}"><img loading="lazy" src="${file}" alt="${state}, ${width}, ${theme}, ${language}"><span>${width} · ${theme} · ${language}</span></a>`;
  };
  const row = (state: string) =>
    `<section id="${state}"><h2>${state}</h2><div>${WIDTHS.flatMap((width) =>
      LANGUAGES.flatMap(([language]) =>
        THEMES.map((theme) => picture(state, width, theme, language)),
      ),
    ).join('')}</div></section>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Flixcheck Connect: every page and state</title>
<style>
  body { margin: 2rem; font: 14px/1.5 system-ui, sans-serif; background: #e9ebee; color: #1d232b; }
  nav { columns: 4 12rem; }
  section > div { display: flex; gap: 1rem; overflow-x: auto; align-items: start; padding-bottom: 1rem; }
  a { color: inherit; }
  section a { flex: none; text-decoration: none; }
  .desktop img { width: 480px; }
  .phone img { width: 188px; }
  img { display: block; border: 1px solid #c4c9d1; background: #fff; }
</style>
<h1>Every page and state</h1>
<nav>${states.map(({ name }) => `<a href="#${name}">${name}</a><br>`).join('')}</nav>
${states.map(({ name }) => row(name)).join('\n')}
</html>
`;
}
