/**
 * Makes `dist/site`, which the API serves under /docs, and replaces it once all is there: the pages
 * out of docs/guide, styles from the portal's tokens, scripts, what the search looks in, and `.br`
 * and `.gz` beside every text file.
 */
import Eleventy from '@11ty/eleventy';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { compile } from 'sass';
import { pages } from './tools/navigation.mjs';
import { searchEntries } from './tools/search-entries.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const served = join(here, 'dist/site');
const site = join(here, 'dist/next');
const assets = join(site, 'assets');
process.chdir(join(here, '../..'));
const resolve = createRequire(import.meta.url).resolve;

rmSync(site, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });

const eleventy = new Eleventy('docs/guide', 'apps/docs/dist/next', {
  configPath: 'apps/docs/eleventy.config.mjs',
  quietMode: true,
});
await eleventy.write();

const entries = pages.flatMap((page) => {
  const file = page.path === 'guide' ? 'guide/index' : page.path;
  const html = readFileSync(join(site, `${file}.html`), 'utf8');
  return searchEntries(page, html.slice(html.indexOf('<main'), html.indexOf('</main>')));
});
writeFileSync(join(assets, 'search.json'), JSON.stringify(entries));

const FONTS = '@fontsource-variable/figtree/files/';
const { css } = compile(join(here, 'styles/site.scss'), { style: 'compressed' });
writeFileSync(join(assets, 'site.css'), css.replaceAll(FONTS, ''));
for (const [, font] of css.matchAll(/figtree\/files\/([\w-]+\.woff2)/g)) {
  cpSync(resolve(FONTS + font), join(assets, font));
}
cpSync('apps/portal/public/favicon.svg', join(assets, 'favicon.svg'));
cpSync('docs/collections', join(site, 'collections'), { recursive: true });

for (const [name, format] of [
  ['theme', 'iife'],
  ['site', 'esm'],
]) {
  const bundle = await rolldown({ input: join(here, `src/${name}.ts`) });
  await bundle.write({ file: join(assets, `${name}.js`), format, minify: true, sourcemap: false });
  await bundle.close();
}

for (const entry of readdirSync(site, { recursive: true, withFileTypes: true })) {
  if (!['.html', '.css', '.js', '.json', '.svg'].includes(extname(entry.name))) continue;
  const path = join(entry.parentPath, entry.name);
  const content = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(content));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

rmSync(served, { recursive: true, force: true });
renameSync(site, served);
