/**
 * Turns the bundle into what is served: regroups the scripts, fills in the boot script, preloads the
 * font, writes `.br` and `.gz` beside every text file, and fails when a page costs more than its
 * budget on the wire.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { regroup } from './regroup.mjs';

const portal = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(portal, 'dist/bundle');
const served = join(portal, 'dist/browser');
const base = '/portal/';

/**
 * JavaScript that a page needs before it can be used, in kB (1000 bytes) after Brotli, with the
 * headers of the answers that bring it.
 */
const budgets = { 'oauth/authorize': 110, 'sign-in': 135, 'settings/connections': 210 };

/** What a page needs at once: its chunks and its texts. */
const pages = {
  'oauth/authorize': { files: [], texts: [] },
  'sign-in': { files: ['sign-in/sign-in-page.ts'], texts: ['sign-in'] },
  'settings/connections': {
    files: ['shell/shell.ts', 'settings-routes.ts', 'connections/connections-page.ts'],
    texts: ['settings', 'connections'],
  },
  'settings/team': {
    files: ['shell/shell.ts', 'settings-routes.ts', 'team/team-page.ts'],
    texts: ['settings', 'team'],
  },
  'settings/security': {
    files: ['shell/shell.ts', 'settings-routes.ts', 'security/security-page.ts'],
    texts: ['settings', 'security'],
  },
};

const { scripts, fileFor, replaced } = await regroup(bundle, {
  first: ['main.ts'],
  // The first texts wait for no other file.
  firstUsers: ['i18n/first/de.ts', 'i18n/first/en.ts'],
  groups: {
    settings: ['app/shell/shell.ts', 'app/settings-routes.ts'],
    // Where everybody arrives: on a phone each further file costs a way to the server and back.
    connections: ['app/connections/connections-page.ts'],
  },
});

/** A script and everything that it imports statically. */
function closure(files) {
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    scripts.get(file).imports.forEach(visit);
  };
  files.forEach(visit);
  return [...seen];
}

/** What an answer's headers cost. */
const HEADERS = 950;

const initial = closure([fileFor('main.ts')]);
const preloads = {};
const cost = {};
for (const [page, { files, texts }] of Object.entries(pages)) {
  const chunks = closure(files.map((file) => fileFor(`app/${file}`)));
  const inLanguage = (language) => [
    fileFor(`i18n/first/${language}.ts`),
    ...texts.map((scope) => fileFor(`i18n/${scope}/${language}.json`)),
  ];
  preloads[page] = {
    chunks: chunks.filter((file) => !initial.includes(file)),
    de: inLanguage('de'),
    en: inLanguage('en'),
  };
  cost[page] = new Set([...initial, ...chunks, ...closure(inLanguage('de'))]);
}

rmSync(served, { recursive: true, force: true });
mkdirSync(served, { recursive: true });
const left = new Set([...replaced, 'browser-stats.json'].map((file) => join(bundle, file)));
cpSync(bundle, served, { recursive: true, filter: (source) => !left.has(source) });
for (const [file, { code }] of scripts) writeFileSync(join(served, file), code);

const bootBundle = await rolldown({
  input: join(portal, 'src/boot.ts'),
  transform: { define: { FX_FILES: JSON.stringify(preloads) } },
});
const [{ code: boot }] = (await bootBundle.generate({ format: 'iife', minify: true })).output;
await bootBundle.close();
const bootFile = `boot-${createHash('sha256').update(boot).digest('base64url').slice(0, 8)}.js`;
writeFileSync(join(served, bootFile), boot);

const font = readdirSync(join(served, 'media')).find((file) => /-latin-wght-normal/.test(file));
if (!font) throw new Error('the build has no font to preload');
const index = join(served, 'index.html');
const html = readFileSync(index, 'utf8')
  .replace(/<link rel="modulepreload"[^>]*>/g, '')
  .replace(/<script src="main-[^>]*><\/script>/, '')
  .replace(
    '<link rel="stylesheet"',
    `<link rel="preload" href="media/${font}" as="font" type="font/woff2" crossorigin>` +
      `<script src="${bootFile}"></script><link rel="stylesheet"`,
  )
  .replace('</head>', `<script src="${initial[0]}" type="module"></script></head>`);
if (initial.length !== 1) throw new Error('the application starts with more than one script');
if (!html.includes(bootFile)) throw new Error('index.html has no place for the boot script');
if (/<script(?![^>]*\ssrc=)/.test(html)) throw new Error('index.html holds an inline script');
writeFileSync(index, html);

const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt']);
function* filesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else yield path;
  }
}
const onTheWire = new Map();
for (const path of [...filesIn(served)]) {
  if (!compressible.has(extname(path))) continue;
  const content = readFileSync(path);
  const brotli = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      // Names that repeat are near each other: small blocks make the scripts smaller.
      [constants.BROTLI_PARAM_LGBLOCK]: 16,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  onTheWire.set(relative(served, path), brotli.length);
}

let exceeded = false;
const bootCost = statSync(join(served, `${bootFile}.br`)).size + HEADERS;
for (const [page, files] of Object.entries(cost)) {
  if (!budgets[page]) continue;
  const bytes = [...files].reduce((sum, file) => sum + onTheWire.get(file) + HEADERS, bootCost);
  const over = bytes > budgets[page] * 1000;
  exceeded ||= over;
  console.log(
    `${over ? 'TOO BIG' : 'ok'}  ${base}${page}: ${(bytes / 1000).toFixed(1)} kB of JavaScript ` +
      `on the wire, budget ${budgets[page]} kB`,
  );
}
if (exceeded) process.exit(1);
