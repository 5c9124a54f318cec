/** Why the embedded server cannot run: one sentence for the person at the keyboard, no stack. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

const ALTERNATIVE = 'or give a PostgreSQL server of your own as DATABASE_URL';

export function diskFull(dataDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The disk that holds ${dataDir} is full. Free some space and start again, or set DATA_DIR to a folder on another disk.`,
  );
}

export function broken(clusterDir: string, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The embedded database in ${clusterDir} cannot be used: ${withoutFullStop(reason)}. ` +
      `If you can do without its data, delete that folder (or move it away) and start again; ` +
      `otherwise restore the folder from a copy, ${ALTERNATIVE}.`,
  );
}

/** The server refuses a folder that others could read or write (its own rule, for the passwords in it). */
export function tooOpen(clusterDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The folder ${clusterDir} is open to other users of this machine, which PostgreSQL refuses. ` +
      `Close it with this command: chmod 700 ${inShell(clusterDir)}. Then start again; no data is lost.`,
  );
}

export function notReadable(clusterDir: string, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `PostgreSQL may not read or write its own files in ${clusterDir} (${withoutFullStop(reason)}). ` +
      `Give them back to their owner with this command: chmod -R u+rwX ${inShell(clusterDir)}. ` +
      `Then start again; no data is lost.`,
  );
}

export function notWritable(dataDir: string, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The folder ${dataDir} cannot be used for the embedded database (${withoutFullStop(reason)}). ` +
      `Give it to the user who runs this program, or set DATA_DIR to another folder.`,
  );
}

export function unusableHere(reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The embedded PostgreSQL cannot run here: ${withoutFullStop(reason)}. Correct that, ${ALTERNATIVE}.`,
  );
}

/** Turns what the file system says into a sentence; anything unknown stays as it is. */
export function fromFileSystem(error: unknown, dataDir: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(dataDir);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EINVAL'].includes(code ?? '')) {
    return notWritable(dataDir, message);
  }
  return error;
}

/** Turns what `initdb` or the server printed before it gave up into a sentence. */
export function fromServerOutput(
  lines: readonly string[],
  clusterDir: string,
  dataDir: string,
): EmbeddedPostgresError {
  const output = lines.join('\n');
  if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(dataDir);
  if (
    /could not create shared memory segment|could not map anonymous shared memory/i.test(output)
  ) {
    return unusableHere('there is not enough shared memory');
  }
  if (/data directory ".*" has invalid permissions/.test(output)) return tooOpen(clusterDir);
  const telling =
    lines.find((line) => /^(FATAL|PANIC):/.test(line)) ??
    lines.find((line) => /\berror:/i.test(line)) ??
    lines.at(-1) ??
    'the server ended without a message';
  const reason = telling.replace(/^(FATAL|PANIC|\S*initdb: error):\s*/, '');
  return /Permission denied/.test(reason)
    ? notReadable(clusterDir, reason)
    : broken(clusterDir, reason);
}

function withoutFullStop(text: string): string {
  return text.trim().replace(/\.$/, '');
}

/** Quoted for a shell command that readers copy. */
function inShell(path: string): string {
  return /^[\w/.,:@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
