/** `nx serve docs`: the documentation, made anew at every save; the API serves it under /docs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { makeSay } from './say.mjs';
import { untilTheEnd } from './supervise.mjs';
import { watch } from './watch.mjs';

const WATCHED = [
  'docs',
  'apps/docs/layouts',
  'apps/docs/src',
  'apps/docs/styles',
  'apps/docs/tools',
  'apps/api-e2e/src/compat/other',
  'apps/portal/src/styles',
  'CHANGELOG.md',
  'apps/docs/build.mjs',
  'apps/docs/eleventy.config.mjs',
];

const say = makeSay('documentation');
let changed;
let changedAt;
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

const watcher = watch(WATCHED, (names) => {
  changed = names.at(-1);
  changedAt = Date.now();
  void make();
});
untilTheEnd(async () => {
  await watcher.close();
  build?.kill();
});
