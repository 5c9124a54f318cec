// JavaScript, because the commands in `tools` take this lock before anything has been installed or
// built; they read it where it stands.
const { execFileSync } = require('node:child_process');
const {
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');

/** A takeover lasts microseconds; one this old was left by a process that died in it. */
const TAKEOVER_TIMEOUT_MS = 5000;

function acquire(file) {
  const mine = `${file}.${process.pid}`;
  const holder = { pid: process.pid, identity: identityOf(process.pid) };
  writeFileSync(mine, JSON.stringify(holder));
  try {
    return create(file, mine) || (holderOf(file) === undefined && takeOver(file, mine));
  } finally {
    rmSync(mine, { force: true });
  }
}

function create(file, mine) {
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Two processes may find the same dead holder: only the one that makes this folder replaces it. */
function takeOver(file, mine) {
  const takeover = `${file}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    const age = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > TAKEOVER_TIMEOUT_MS) rmSync(takeover, { recursive: true, force: true });
    return false;
  }
  try {
    if (holderOf(file) !== undefined) return false;
    renameSync(mine, file);
    return true;
  } finally {
    rmSync(takeover, { recursive: true, force: true });
  }
}

function holderOf(file) {
  const holder = read(file);
  return holder && identityOf(holder.pid) === holder.identity ? holder.pid : undefined;
}

function release(file) {
  if (read(file)?.pid === process.pid) rmSync(file, { force: true });
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function identityOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return readProcess(pid)?.identity;
  return process.platform === 'win32' ? aliveOnWindows(pid) : identityFromPs(pid);
}

function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const [begin, end] = [stat.indexOf('('), stat.lastIndexOf(')')];
    const fields = stat.slice(end + 2).split(' ');
    const [state, parent, startedAt] = [fields[0], Number(fields[1]), fields[19]];
    if (state === 'Z' || state === 'X') return undefined;
    return { name: stat.slice(begin + 1, end), parent, identity: `${bootId()}:${startedAt}` };
  } catch {
    return undefined;
  }
}

function bootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function identityFromPs(pid) {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const [state, ...rest] = line.split(/\s+/);
    return line === '' || state.startsWith('Z') ? undefined : rest.join(' ');
  } catch {
    return undefined;
  }
}

/** Windows does not say when a process began, so that a reused number passes for its predecessor. */
function aliveOnWindows(pid) {
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error.code === 'EPERM' ? 'alive' : undefined;
  }
}

function linkOf(pid, link) {
  try {
    return readlinkSync(`/proc/${pid}/${link}`);
  } catch {
    return undefined;
  }
}

function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

module.exports = { acquire, holderOf, release, identityOf, readProcess, linkOf, environmentOf };
