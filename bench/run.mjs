/**
 * `npm run bench`: what a token and the check of revocations cost, as a Markdown report on stdout.
 * The database server is that of TEST_DATABASE_URL.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchCheck } from './check.mjs';
import { benchGrants } from './grants.mjs';
import { machine } from './machine.mjs';
import { costReport } from './report.mjs';
import { writeSection } from './results.mjs';
import { startWorld } from './world.mjs';

const FULL = { rounds: 15, pairs: 30, requests: 1000, lanes: 8, calls: 2_000_000, seconds: 10 };
const QUICK = { rounds: 2, pairs: 2, requests: 250, lanes: 4, calls: 100_000, seconds: 1 };
const SIZES = ['rounds', 'pairs', 'requests', 'lanes'];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    ...Object.fromEntries(SIZES.map((name) => [name, { type: 'string' }])),
  },
});
const sizes = { ...(options.quick ? QUICK : FULL) };
for (const name of SIZES) {
  const given = options[name];
  if (given === undefined) continue;
  if (!/^[1-9]\d{0,5}$/.test(given)) throw new Error(`--${name} must be a number, not '${given}'`);
  sizes[name] = Number(given);
}

const adminUrl = process.env.TEST_DATABASE_URL;
if (!adminUrl) throw new Error('TEST_DATABASE_URL is missing. Run this as: npm run bench');

const say = (text) => process.stderr.write(`${text}\n`);
if (options.peers) installPeers();
say('Starting the servers');
const world = await startWorld(adminUrl, { peers: options.peers });
try {
  say('Measuring code exchange and refresh');
  const grants = await benchGrants(sizes, world);
  say('Measuring the check of revocations');
  const check = await benchCheck(sizes, world);
  const report = costReport({ machine: await machine(adminUrl), sizes, grants, check });
  process.stdout.write(report);
  if (options.write) writeSection('Cost of a request', report);
} finally {
  await world.stop();
}

/** Nothing depends on them: only those who measure them have to install them. */
function installPeers() {
  say('Installing the peers');
  const cwd = fileURLToPath(new URL('peers', import.meta.url));
  execFileSync('npm', ['ci'], { cwd, stdio: ['ignore', 2, 2] });
}
