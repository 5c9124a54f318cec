import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Failure } from './failure.mjs';
import { inWorkspace } from './workspace.mjs';

const MAJOR = 24;
const binFolder = inWorkspace('node_modules', '.bin');

/** The Node that the program is built for and runs on: the one that npm has installed. */
export function projectNode() {
  const installed = join(binFolder, 'node');
  for (const candidate of [installed, process.execPath]) {
    if (!existsSync(candidate)) continue;
    const path = realpathSync(candidate);
    if (majorOf(path) >= MAJOR) return path;
  }
  throw new Failure(
    `Node ${MAJOR} could not be installed for this machine (${process.platform} ${process.arch}): ` +
      `install Node ${MAJOR} from https://nodejs.org and run the command again.`,
  );
}

/** The environment for the project's own programs, in which `node` is the project's. */
export function projectEnvironment(node, extra = {}) {
  const path = [dirname(node), binFolder, pathWithoutModules(process.env.PATH ?? '')];
  return { ...process.env, PATH: path.join(delimiter), ...extra };
}

/** Without what npm puts in front: the Node in there disappears while packages are installed. */
export function pathWithoutModules(path) {
  const foreign = (entry) => !/(^|\/)node_modules\/(\.bin|.*node-gyp-bin)\/?$/.test(entry);
  return path.split(delimiter).filter(foreign).join(delimiter);
}

function majorOf(path) {
  if (path === realpathSync(process.execPath)) return Number.parseInt(process.versions.node, 10);
  const asked = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return asked.status === 0 ? Number.parseInt(asked.stdout, 10) : 0;
}
