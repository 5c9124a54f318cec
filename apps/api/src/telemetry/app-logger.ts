import { Injectable, type LoggerService } from '@nestjs/common';
import cluster from 'node:cluster';
import pino, { type Logger } from 'pino';

/** How late a line may be written. */
const FLUSH_MS = 100;
/** How much may wait for that, and is then written at once: what a pipe takes. */
const BUFFER_BYTES = 60 * 1024;
const PIPE_BYTES = 64 * 1024;
/** What a pipe takes as a whole (PIPE_BUF): workers share theirs, and no line tears another apart. */
const SHARED_BYTES = 4096;

/**
 * The program's log on stdout. Lines are written together, for a write costs a request more than the
 * line itself; whatever ends the process but a kill writes the last of them.
 */
export function createLogger(level: string): Logger {
  const together = cluster.isWorker
    ? { minLength: SHARED_BYTES / 2, maxWrite: SHARED_BYTES }
    : { minLength: BUFFER_BYTES, maxWrite: PIPE_BYTES };
  const stdout = pino.destination({
    dest: 1,
    sync: false,
    ...together,
    periodicFlush: FLUSH_MS,
    contentMode: 'buffer',
  });
  // As text, all that waits would be joined and measured anew for each line.
  const write = (line: string) => stdout.write(Buffer.from(line) as unknown as string);
  return pino({ level, base: undefined }, { write });
}

/** Nest's log lines in the same stream and shape as the requests'. */
@Injectable()
export class AppLogger implements LoggerService {
  constructor(readonly pino: Logger) {}

  log(message: unknown, ...context: unknown[]): void {
    this.pino.debug({ context: context.at(-1) }, String(message));
  }
  info(message: string): void {
    this.pino.info(message);
  }
  /** A message of ours may bring the error that it is about: its stack says where to look. */
  warn(message: unknown, ...more: unknown[]): void {
    const about = more.at(-1);
    const beside = about instanceof Error ? { stack: about.stack } : { context: about };
    this.pino.warn(beside, String(message));
  }
  /**
   * An error with its stack, and nothing else of it: a database's error carries what it was asked
   * with. Nest hands over a message, then the stack, then the context.
   */
  error(message: unknown, ...more: unknown[]): void {
    const [stack, context] =
      message instanceof Error ? [message.stack, more.at(-1)] : [more.at(-2), more.at(-1)];
    const text = message instanceof Error ? message.message : String(message);
    this.pino.error({ context, stack }, text);
  }
  debug(message: unknown, ...context: unknown[]): void {
    this.pino.debug({ context: context.at(-1) }, String(message));
  }
  verbose(message: unknown, ...context: unknown[]): void {
    this.pino.trace({ context: context.at(-1) }, String(message));
  }
}
