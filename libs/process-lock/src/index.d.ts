/** What the system says about a process. */
export interface ProcessFacts {
  /** The command's name, as the kernel keeps it. */
  name: string;
  parent: number;
  /** See `identityOf`. */
  identity: string;
}

/**
 * Makes this process the holder of a lock file, unless a living process holds it. The lock of a
 * process that is gone is taken over.
 * @returns whether this process holds it now; ask again later otherwise
 */
export function acquire(file: string): boolean;

/** The living process that holds a lock file. */
export function holderOf(file: string): number | undefined;

/** Gives up a lock file that this process holds. */
export function release(file: string): void;

/**
 * Tells one process from a later one that got the same number: a process id alone proves nothing
 * after a reboot or in a container. Undefined: there is no such process (a zombie does not count).
 */
export function identityOf(pid: number): string | undefined;

/** Linux only. Undefined: there is no such process (a zombie does not count). */
export function readProcess(pid: number): ProcessFacts | undefined;

/** Linux only: a process's executable or its folder; undefined where that is not ours to see. */
export function linkOf(pid: number, link: 'exe' | 'cwd'): string | undefined;

/** Linux only: the environment a process was started with, as `name=value`. */
export function environmentOf(pid: number | 'self'): string[];
