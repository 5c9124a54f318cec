import { basename, relative } from 'node:path';
import { watch as watchFiles } from 'chokidar';
import { inWorkspace } from '../setup/workspace.mjs';

/** What builds, tests and package managers write: nobody saves it. */
const GENERATED = ['dist', 'node_modules', 'coverage', 'test-results'];
/**
 * An editor writes a file in several steps, and saves several files at once. It has to exceed the
 * 50 ms in which the library reports a file only once.
 */
const SETTLE_MS = 60;

/**
 * Calls `saved` once for what was saved together, also where a file was replaced by another of its
 * name, as Git and many editors do; Node's own recursive watch loses such a file on Linux.
 *
 * @param paths files and folders, relative to the workspace
 * @param saved gets their names, relative to the watched folder
 * @returns `ready`, after which nothing is missed, and `close`
 */
export function watch(paths, saved, { isSource = () => true } = {}) {
  let timer;
  let names = new Set();
  const watcher = watchFiles(
    paths.map((path) => inWorkspace(path)),
    {
      ignoreInitial: true,
      ignored: (path, stats) =>
        GENERATED.includes(basename(path)) || (stats?.isFile() === true && !isSource(path)),
    },
  );
  watcher.on('all', (event, path) => {
    if (event.endsWith('Dir') || !isSource(path)) return;
    names.add(nameOf(path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      saved([...names]);
      names = new Set();
    }, SETTLE_MS);
  });
  const nameOf = (path) => {
    const under = paths.map((folder) => relative(inWorkspace(folder), path));
    return under.find((name) => name !== '' && !name.startsWith('..')) ?? basename(path);
  };
  return {
    ready: new Promise((resolve) => watcher.once('ready', resolve)),
    close: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
