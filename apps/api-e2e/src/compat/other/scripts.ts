import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Environment } from '../environment.js';

export interface Script {
  language: string;
  command: string;
  /** What stands between the command and the file. */
  run?: string[];
  /** What proves that the command is there, and new enough. */
  probe: string[];
  file: string;
}

export const scripts: readonly Script[] = [
  { language: 'Python', command: 'python3', probe: ['--version'], file: 'flixcheck.py' },
  {
    language: 'Perl',
    command: 'perl',
    probe: ['-MHTTP::Tiny', '-MJSON::PP', '-e1'],
    file: 'flixcheck.pl',
  },
  { language: 'Java', command: 'java', probe: ['--version'], file: 'Flixcheck.java' },
  { language: 'Go', command: 'go', run: ['run'], probe: ['version'], file: 'flixcheck.go' },
  { language: 'PHP', command: 'php', probe: ['--version'], file: 'flixcheck.php' },
  { language: 'Ruby', command: 'ruby', probe: ['--version'], file: 'flixcheck.rb' },
];

export function isInstalled({ command, probe }: Script): boolean {
  return spawnSync(command, probe).status === 0;
}

export function commandOf({ command, probe }: Script): string {
  return [command, ...probe].join(' ');
}

/**
 * Runs an example: reads the link that it prints, follows it as the user, and types the address
 * that the browser came back to.
 * @returns what it printed after that, by lines
 * @throws Error with what it wrote to stderr where it failed
 */
export async function runScript(
  { command, run = [], file }: Script,
  env: Environment,
): Promise<string[]> {
  const script = spawn(command, [...run, join(__dirname, file)], {
    env: {
      ...process.env,
      FLIXCHECK_ISSUER: env.issuer,
      FLIXCHECK_CLIENT_ID: env.clientId,
      FLIXCHECK_CLIENT_SECRET: env.clientSecret,
      FLIXCHECK_REDIRECT_URI: env.redirectUri,
    },
  });
  let errors = '';
  script.stderr.on('data', (chunk: Buffer) => (errors += chunk));
  const closed = once(script, 'close');
  const printed: string[] = [];
  for await (const line of createInterface(script.stdout)) {
    if (line.startsWith('Open: ')) {
      script.stdin.end(`${(await env.authorize(line.slice('Open: '.length))).href}\n`);
    } else {
      printed.push(line);
    }
  }
  const [code] = (await closed) as [number];
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${errors}`);
  return printed;
}
