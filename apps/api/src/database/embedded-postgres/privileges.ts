import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, type Stats } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import type { Binaries } from './binaries.js';
import { unusableHere } from './failure.js';

export interface Launch {
  file: string;
  args: string[];
  options: { uid?: number; gid?: number };
}

/** The user that the server's programs run as, and how they are started as that user. */
export interface Privileges {
  /** The user that must own the cluster, if that is not the user who runs Node. */
  owner: { uid: number; gid: number } | undefined;
  launch(program: string, args: readonly string[]): Launch;
  /** `initdb` alone insists that its user has an entry in /etc/passwd. */
  launchInitdb(program: string, args: readonly string[]): Launch;
}

/** PostgreSQL refuses to run as root; this is the user without rights on every Unix. */
const NOBODY = 65_534;
const CAPABILITIES = [
  { name: 'dac_override', bit: 1 },
  { name: 'dac_read_search', bit: 2 },
];

/**
 * `setpriv` (util-linux) gives three things that Node's `uid` option does not: the server is told to
 * stop when its owner is killed, it can be reached in a folder below a home directory that is closed
 * to other users, and it keeps no other right of root's.
 */
export function choosePrivileges(clusterDir: string, binaries: Binaries): Privileges {
  const owner = process.getuid?.() === 0 ? clusterOwner(clusterDir) : undefined;
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  const reachable =
    !owner || [clusterDir, binaries.initdb, binaries.root].every((path) => canReach(path, owner));

  const candidates: ((program: string, args: readonly string[]) => Launch)[] = [];
  if (setpriv) {
    candidates.push((program, args) => ({
      file: setpriv,
      args: [
        ...['--pdeathsig', 'INT'],
        ...(owner ? [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'] : []),
        ...(reachable ? [] : passThroughClosedFolders()),
        '--',
        program,
        ...args,
      ],
      options: {},
    }));
  }
  if (reachable) {
    candidates.push((program, args) => ({ file: program, args: [...args], options: { ...owner } }));
  }

  let complaint = '';
  for (const launch of candidates) {
    const { file, args, options } = launch(binaries.postgres, ['--version']);
    const probe = spawnSync(file, args, { ...options, encoding: 'utf8' });
    if (probe.status === 0 && !/invalid binary/.test(probe.stderr)) {
      return { owner, launch, launchInitdb: withPasswdEntry(launch, owner) };
    }
    complaint ||= probe.error?.message ?? probe.stderr.trim().split('\n').at(-1) ?? '';
  }
  throw unusableHere(
    reachable
      ? complaint
      : `PostgreSQL refuses to run as root, and no other user may enter the folder of ${clusterDir} or of the program (${complaint || 'setpriv is missing'})`,
  );
}

/** An existing cluster keeps its owner, so that one run as root does not take it from its user. */
function clusterOwner(clusterDir: string): { uid: number; gid: number } {
  const existing = statSync(clusterDir, { throwIfNoEntry: false });
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  return { uid: NOBODY, gid: NOBODY };
}

function canReach(path: string, user: { uid: number; gid: number }): boolean {
  const may = (stats: Stats, right: number) => {
    if (stats.uid === user.uid) return (stats.mode & (right << 6)) !== 0;
    if (stats.gid === user.gid) return (stats.mode & (right << 3)) !== 0;
    return (stats.mode & right) !== 0;
  };
  for (let at = path; ; at = dirname(at)) {
    const stats = statSync(at, { throwIfNoEntry: false });
    if (stats && !may(stats, 0o1)) return false;
    if (dirname(at) === at) return true;
  }
}

/**
 * The right to pass through folders such as /root, and no other. `no_setuid_fixup` makes access(2),
 * with which PostgreSQL checks its own files, count it.
 */
function passThroughClosedFolders(): string[] {
  const status = readFileSync('/proc/self/status', 'latin1');
  const held = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const granted = CAPABILITIES.filter(({ bit }) => (held >> BigInt(bit)) & 1n);
  const list = ['-all', ...granted.map(({ name }) => `+${name}`)].join(',');
  return [
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${list}`,
    `--ambient-caps=${list}`,
    `--bounding-set=${list}`,
  ];
}

function withPasswdEntry(
  launch: Privileges['launch'],
  owner: Privileges['owner'],
): Privileges['launchInitdb'] {
  const unshare = '/usr/bin/unshare';
  if (owner || hasPasswdEntry() || !existsSync(unshare)) return launch;
  const mapped = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
  return (program, args) => launch(unshare, [...mapped, program, ...args]);
}

function hasPasswdEntry(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}
