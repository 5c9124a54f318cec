import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diskFull, Failure } from './failure.mjs';
import { npmCommand } from './npm.mjs';
import { pathWithoutModules } from './project-node.mjs';
import { run } from './run.mjs';
import { inWorkspace, root } from './workspace.mjs';

/** What node_modules takes. */
const NEEDED_BYTES = 1.4e9;
const FULL_BYTES = 1e6;

const stampFile = inWorkspace('node_modules', '.installed.json');

/** Whether node_modules is what package-lock.json says. */
export function isInstalled() {
  if (!existsSync(inWorkspace('node_modules', '.bin'))) return false;
  try {
    if (readFileSync(stampFile, 'utf8') === stamp()) return true;
  } catch {
    // Not installed by this command; perhaps by `npm ci` or `npm install` by hand.
  }
  if (!matchesLockFile()) return false;
  try {
    writeFileSync(stampFile, stamp());
  } catch {
    // It only saves time.
  }
  return true;
}

export async function install({ signal, progress }) {
  await progress.step('Installing packages', async (detail) => {
    detail('npm ci');
    const free = await freeBytes();
    if (free < NEEDED_BYTES) throw tooLittleSpace(free);
    // npm does not mention a full disk, and retries for minutes.
    const full = new AbortController();
    const watch = setInterval(async () => {
      if ((await freeBytes()) < FULL_BYTES) full.abort(new Failure(diskFull));
    }, 2000);
    const [npm, ...before] = npmCommand();
    const args = [...before, 'ci', '--include=dev', '--include=optional'];
    const { code, output } = await run(npm, args, {
      cwd: root,
      signal: AbortSignal.any([signal, full.signal]),
      env: npmEnvironment(),
    })
      .catch((error) => {
        if (error.code !== 'ENOENT') throw error;
        throw new Failure('npm was not found: install Node together with npm and try again.');
      })
      .finally(() => clearInterval(watch));
    if (code !== 0) throw npmFailure(output);
    writeFileSync(stampFile, stamp());
  });
}

async function freeBytes() {
  const { bavail, bsize } = await statfs(root);
  return bavail * bsize;
}

function tooLittleSpace(free) {
  const inGigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;
  return new Failure(
    `The disk of ${root} has ${inGigabytes(free)} left and the packages need ${inGigabytes(NEEDED_BYTES)}: ` +
      'free some space and run the command again.',
  );
}

function stamp() {
  const lock = readFileSync(inWorkspace('package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  return `${JSON.stringify({ lock: hash, platform: process.platform, arch: process.arch })}\n`;
}

/** The last thing npm does is to write down what it has installed. */
function matchesLockFile() {
  try {
    const packagesOf = (...path) => JSON.parse(readFileSync(inWorkspace(...path), 'utf8')).packages;
    const installed = packagesOf('node_modules', '.package-lock.json');
    return Object.entries(packagesOf('package-lock.json')).every(
      ([path, { version, optional }]) => {
        if (path === '') return true;
        const found = installed[path];
        return found ? found.version === version : optional === true;
      },
    );
  } catch {
    return false;
  }
}

function npmEnvironment() {
  const env = { ...process.env, PATH: pathWithoutModules(process.env.PATH ?? '') };
  for (const name of Object.keys(env)) {
    if (/^npm_(lifecycle|package)_/.test(name)) delete env[name];
  }
  // A user without a home of their own, as many services and containers have.
  if (!isWritable(env.npm_config_cache ?? join(homedir(), '.npm'))) {
    env.npm_config_cache = join(tmpdir(), `npm-cache-${process.getuid?.() ?? 'user'}`);
  }
  return env;
}

/** Whether the folder can be written, or be made. */
function isWritable(path) {
  const existing = existsSync(path) ? path : dirname(path);
  try {
    accessSync(existing, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function npmFailure(output) {
  if (/ENOSPC|no space left|EDQUOT/i.test(output)) return new Failure(diskFull);
  const ending = output.trimEnd().split('\n').slice(-20).join('\n');
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return new Failure(
      `npm may not write here:\n\n${ending}\n\nGive the project folder to the user who runs this, or clone the project again as that user.`,
    );
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output)) {
    return new Failure(
      `The packages could not be downloaded:\n\n${ending}\n\nCheck the connection to the npm registry (\`npm ping\`) and run the command again.`,
    );
  }
  return new Failure(
    `The packages could not be installed:\n\n${ending}\n\nFix what npm reports above and run the command again.`,
  );
}
