/** `nx serve docs`: the documentation, made anew at every save; the API serves it under /docs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { makeSay } from './say.mjs';
import { untilTheEnd } from './supervise.mjs';

const WATCHED = [
  'docs',
  'apps/docs/layouts',
  'apps/docs/src',
  'apps/docs/styles',
  'apps/docs/tools',
  'apps/api-e2e/src/compat/other',
  'apps/portal/src/styles',
];
/** An editor replaces a file when it saves, so that its folder is watched. */
const FILES = { '.': ['CHANGELOG.md'], 'apps/docs': ['build.mjs', 'eleventy.config.mjs'] };
/** An editor writes a file in several steps. */
const SETTLE_MS = 30;

const say = makeSay('documentation');
let changed;
let changedAt;
let timer;
let build;

async function make() {
  if (build) return;
  const [why, since] = [changed, changedAt];
  build = spawn(process.execPath, [inWorkspace('apps/docs/build.mjs')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(build, 'exit');
  build = undefined;
  if (code === 0) say(`made ${Date.now() - since} ms after ${why} was saved`);
  else say('cannot be made, the last one stays: it is tried again when something is saved');
  if (changedAt !== since) await make();
}

function saved(name) {
  changed = name;
  changedAt = Date.now();
  clearTimeout(timer);
  timer = setTimeout(() => void make(), SETTLE_MS);
}

const watchers = [
  ...WATCHED.map((folder) =>
    watch(inWorkspace(folder), { recursive: true }, (_event, name) => saved(name)),
  ),
  ...Object.entries(FILES).map(([folder, files]) =>
    watch(inWorkspace(folder), (_event, name) => files.includes(name) && saved(name)),
  ),
];
untilTheEnd(() => {
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  build?.kill();
});
