/**
 * `npm run bench`: what tokens and requests with them cost, as a Markdown report on stdout.
 * The database server is that of TEST_DATABASE_URL.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchBearer } from './bearer.mjs';
import { benchCheck } from './check.mjs';
import { benchGrants } from './grants.mjs';
import { machine } from './machine.mjs';
import { costReport } from './report.mjs';
import { benchRefusals } from './refusals.mjs';
import { benchRoutes } from './routes.mjs';
import { writeJson, writePlot, writeSection } from './results.mjs';
import { startWorld } from './world.mjs';

const FULL = {
  rounds: 7,
  requests: 2000,
  connections: [1, 16, 64],
  pairs: 15,
  lanes: 16,
  attempts: 200,
  calls: 2_000_000,
  seconds: 10,
};
const QUICK = {
  ...{ rounds: 1, requests: 100, connections: [1, 4], pairs: 1, lanes: 4 },
  ...{ attempts: 2, calls: 100_000, seconds: 1 },
};
const SIZES = ['rounds', 'pairs', 'requests', 'lanes', 'attempts'];
const PARTS = ['grants', 'bearer', 'routes', 'refusals', 'check'];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    connections: { type: 'string' },
    part: { type: 'string', multiple: true, default: PARTS },
    ...Object.fromEntries(SIZES.map((name) => [name, { type: 'string' }])),
  },
});
const sizes = { ...(options.quick ? QUICK : FULL) };
for (const name of SIZES) {
  if (options[name] !== undefined) sizes[name] = number(name, options[name]);
}
if (options.connections !== undefined) {
  sizes.connections = options.connections.split(',').map((given) => number('connections', given));
}
const unknown = options.part.find((part) => !PARTS.includes(part));
if (unknown) throw new Error(`--part must be one of ${PARTS.join(', ')}, not '${unknown}'`);

const adminUrl = process.env.TEST_DATABASE_URL;
if (!adminUrl) throw new Error('TEST_DATABASE_URL is missing. Run this as: npm run bench');

const say = (text) => process.stderr.write(`${text}\n`);
if (options.peers) installPeers();
say('Starting the servers');
const world = await startWorld(adminUrl, { peers: options.peers });
try {
  const results = { machine: await machine(adminUrl), sizes };
  if (options.part.includes('grants')) {
    say('Measuring code exchange and refresh');
    results.grants = await benchGrants(sizes, world);
  }
  if (options.part.includes('bearer')) {
    say('Measuring requests with an access token');
    results.bearer = await benchBearer({ ...sizes, connections: sizes.requests / 10 }, world);
  }
  if (options.part.includes('routes')) {
    say('Measuring the other routes');
    results.routes = await benchRoutes({ ...sizes, requests: sizes.requests / 4 }, world);
  }
  if (options.part.includes('refusals')) {
    say('Measuring refused sign-ins');
    results.refusals = await benchRefusals(sizes, world);
  }
  if (options.part.includes('check')) {
    say('Measuring the check of revocations');
    results.check = await benchCheck({ ...sizes, lanes: 8, requests: sizes.requests / 2 }, world);
  }
  const report = costReport(results);
  process.stdout.write(report);
  if (options.write) {
    writeJson(results);
    writeSection('Cost of a request', report);
    if (options.peers && results.grants) writePlot(results.grants);
  }
} finally {
  await world.stop();
}

function number(name, given) {
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw new Error(`--${name} must be a number, not '${given}'`);
}

/** Nothing depends on them: only those who measure them have to install them. */
function installPeers() {
  say('Installing the peers');
  const cwd = fileURLToPath(new URL('peers', import.meta.url));
  execFileSync('npm', ['ci'], { cwd, stdio: ['ignore', 2, 2] });
}
