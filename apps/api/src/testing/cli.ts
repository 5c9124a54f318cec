import { text } from 'node:stream/consumers';
import { runCommand } from '../cli/program.js';
import type { TestContext } from './test-context.js';

export interface Run {
  exitCode: number;
  out: string;
  error: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests assert on what they find
  json: any;
}

interface RunOptions {
  /** Standard input. */
  input?: string;
  /** Another database than the program's. */
  url?: string;
  /** What somebody at a terminal answers; without it, there is no terminal. */
  answer?: string;
  /** More of the program's environment. */
  env?: NodeJS.ProcessEnv;
}

/** Runs a command beside the program, as `npm run cli --` does. */
export async function runBeside(
  { config }: { config: Pick<TestContext['config'], 'databaseUrl' | 'appSecret'> },
  args: string[],
  { input = '', url = config.databaseUrl, answer, env }: RunOptions = {},
): Promise<Run> {
  const out: string[] = [];
  const error: string[] = [];
  const exitCode = await runCommand(args, {
    out: (line) => out.push(line),
    error: (line) => error.push(line),
    send: async (content) => void out.push(await text(content)),
    readInput: () => Promise.resolve(input),
    ask:
      answer === undefined
        ? undefined
        : (question) => {
            error.push(question);
            return Promise.resolve(answer);
          },
    env: { DATABASE_URL: url, APP_SECRET: config.appSecret, ...env },
  });
  const written = out.join('\n');
  return {
    exitCode,
    out: written,
    error: error.join('\n'),
    json: args.includes('--json') && exitCode === 0 ? JSON.parse(written) : undefined,
  };
}
