/** Runs a suite that leaves its figures in a file, and makes a report of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from './machine.mjs';
import { writeSection } from './results.mjs';

/**
 * Prints the report, and sets the exit code to that of the suite.
 * @param name of the command, for whoever runs this without a database
 * @param args of Node.js
 * @param env what the suite is told; `fileIn` is the variable with the file for a line of JSON each
 * @param title of the section of `results.md`, which is written only after a run without a failure
 */
export async function reportSuite({ name, args, env, fileIn, report, title, write }) {
  const databaseUrl = process.env.TEST_DATABASE_URL;
  if (!databaseUrl) throw new Error(`TEST_DATABASE_URL is missing. Run this as: npm run ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-bench-'));
  try {
    const file = join(folder, 'report.jsonl');
    process.exitCode = await run(args, { ...env, [fileIn]: file });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const entries = lines.map((line) => JSON.parse(line));
    const text = report({ machine: await machine(databaseUrl), entries });
    process.stdout.write(text);
    if (write && process.exitCode === 0) writeSection(title, text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the exit code */
async function run(args, env) {
  const suite = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env,
    // What the suite prints must stay out of the report.
    stdio: ['ignore', 2, 2],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => suite.kill(signal));
  const [code] = await once(suite, 'exit');
  return code ?? 1;
}
