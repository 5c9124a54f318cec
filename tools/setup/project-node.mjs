import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Failure } from './failure.mjs';
import { inWorkspace } from './workspace.mjs';

/** The first with `randomUUIDv7`; npm brings a newer one wherever it has one for the machine. */
const OLDEST = [24, 16];
const binFolder = inWorkspace('node_modules', '.bin');

/** The Node that the program is built for and runs on: the one that npm has installed. */
export function projectNode() {
  const modules = inWorkspace('node_modules', `node-${packageOf(process)}`, 'bin');
  const installed = [join(modules, 'node'), join(modules, 'node.exe')];
  for (const candidate of [...installed, process.execPath]) {
    if (!existsSync(candidate)) continue;
    const path = realpathSync(candidate);
    if (isNewEnough(versionOf(path))) return path;
  }
  throw new Failure(
    `npm has no Node ${OLDEST.join('.')} for this machine (${process.platform} ${process.arch}): ` +
      'install Node 24 from https://nodejs.org and run the command again.',
  );
}

/** The packages `node-…` name systems their own way; on Apple silicon there is none yet. */
export function packageOf({ platform, arch }) {
  return `${platform === 'win32' ? 'win' : platform}-${arch}`;
}

function isNewEnough([major = 0, minor = 0]) {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The environment for the project's own programs, in which `node` is the project's. */
export function projectEnvironment(node, extra = {}) {
  const path = [dirname(node), binFolder, pathWithoutModules(process.env.PATH ?? '')];
  return { ...process.env, PATH: path.join(delimiter), ...extra };
}

/** Without what npm puts in front: the Node in there disappears while packages are installed. */
export function pathWithoutModules(path) {
  const foreign = (entry) => !/(^|[\\/])node_modules[\\/](\.bin|.*node-gyp-bin)[\\/]?$/.test(entry);
  return path.split(delimiter).filter(foreign).join(delimiter);
}

function versionOf(path) {
  const numbers = (version) => version.split('.').map(Number);
  if (path === realpathSync(process.execPath)) return numbers(process.versions.node);
  const asked = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return asked.status === 0 ? numbers(asked.stdout) : [];
}
