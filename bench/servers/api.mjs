/**
 * The API as `main.js` puts it together, in a process that the bench can ask for CPU time and codes,
 * and whose checks it can switch off, which production cannot.
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { answer, cpu } from './answer.mjs';
import { CODES, CONNECTIONS } from './people.mjs';
import { recordStatements, timeStatements } from './statements.mjs';
import { hash } from './tokens.mjs';

const require = createRequire(import.meta.url);
const api = (path) => require(`../../apps/api/dist/${path}.js`);
require('reflect-metadata');
const { DataSource } = require('typeorm');
const { parseConfig } = api('config/config');
const { createApp } = api('create-app');
const { dataSourceOptions } = api('database/data-source');
const { fillDemoData } = api('database/demo-data');
const { migrate } = api('database/migrate');
const { AppLogger, createLogger } = api('telemetry/app-logger');
const { BackgroundWork } = api('background/background-work');
const { ConnectionUsage } = api('connections/connection-usage');
const { Revocations } = api('connections/revocations');
const { ChangeFeed } = api('database/change-feed');
const { AccessGuard } = api('auth/access.guard');
const { PasswordHasher } = api('users/password-hasher');

/** Among those of a filled database. */
const MEASURED = `SELECT connection_id AS id FROM bench.connections ORDER BY place`;
const config = parseConfig(process.env);
await migrate(config.databaseUrl);
const seed = await new DataSource(dataSourceOptions(config.databaseUrl)).initialize();
await fillDemoData(seed, { demoClientPort: 4000, now: new Date() });
await seed.destroy();

const logger = new AppLogger(createLogger(config.logLevel));
const app = await createApp(config, logger);
await app.listen({ port: config.port, host: '127.0.0.1' });

const revocations = app.get(Revocations);
const isRevoked = revocations.isRevoked;
const { canActivate } = AccessGuard.prototype;

const dataSource = app.get(DataSource);
// As they are after the authorize page: each of the people has granted access once.
const { clientId, redirectUri, people } = JSON.parse(process.env.WORLD);
const connections =
  people > 0
    ? await dataSource.query(CONNECTIONS, [people, clientId])
    : await dataSource.query(MEASURED);
let nextConnection = 0;

let caller;
async function rememberCaller(context) {
  const active = await canActivate.call(this, context);
  caller = context.switchToHttp().getRequest().caller;
  return active;
}
function assumeCaller(context) {
  context.switchToHttp().getRequest().caller = caller;
  return true;
}

const { record, recorded } = recordStatements(require('pg'));
const background = app.get(BackgroundWork);
const { verify } = PasswordHasher.prototype;

answer({
  cpu,
  record,
  recorded,

  /** Whether passwords are looked at; otherwise all are right. */
  passwords(on) {
    PasswordHasher.prototype.verify = on ? verify : () => Promise.resolve(true);
  },

  /** The names of what housekeeping does, and one of it: how long its statements took, in ms. */
  steps: () => background.stepNames().sort(),
  async step(name) {
    const times = timeStatements(require('pg'));
    try {
      await background.run(name);
    } finally {
      times.end();
    }
    return times.all;
  },

  /** Has the database know what use is still counted in memory. */
  writeUsage: () => app.get(ConnectionUsage).flush(),

  /** Codes of as many people, who take turns, each with a connection of their own. */
  async codes({ count }) {
    const codes = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
    const granted = codes.map(() => connections[nextConnection++ % connections.length].id);
    await dataSource.query(CODES, [codes.map(hash), granted, redirectUri]);
    return codes;
  },

  /** How many revocations the process holds. */
  held: () => revocations.size,

  check(on) {
    revocations.isRevoked = on ? isRevoked : () => false;
  },

  /** Whether a request must say who sends it; otherwise all are taken for the one who last did. */
  authentication(on) {
    AccessGuard.prototype.canActivate = on ? rememberCaller : assumeCaller;
  },

  /** Microseconds of CPU that one check takes, asked again and again for tokens that are good. */
  async checkAlone({ calls }) {
    const subjects = Array.from({ length: 1000 }, (_, index) => [
      `connection-${index}`,
      `family-${index}`,
      `family-${index}.token`,
    ]);
    let revoked = 0;
    for (let round = 0; round < 2; round++) {
      const before = cpu();
      for (let call = 0; call < calls; call++) {
        // As the guard does it.
        if (await revocations.isRevoked(subjects[call % subjects.length])) revoked += 1;
      }
      if (round === 1) return { microseconds: (cpu() - before) / calls, revoked };
    }
  },

  /** Microseconds of CPU that keeping the set complete takes, for each second that passes. */
  async feedAlone({ seconds }) {
    if (!app.get(ChangeFeed).isLive()) throw new Error('the feed is down');
    const before = cpu();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return (cpu() - before) / seconds;
  },
});
process.send({ ready: `http://127.0.0.1:${config.port}` });
