/**
 * The API as `main.js` puts it together, in a process that the bench can ask for CPU time and codes,
 * and whose check of revocations it can switch off, which production cannot.
 */
import { createRequire } from 'node:module';
import { answer, cpu } from './answer.mjs';

const require = createRequire(import.meta.url);
const api = (path) => require(`../../apps/api/dist/${path}.js`);
require('reflect-metadata');
const { default: pino } = require('pino');
const { DataSource } = require('typeorm');
const { parseConfig } = api('config/config');
const { createApp } = api('create-app');
const { dataSourceOptions } = api('database/data-source');
const { fillDemoData } = api('database/demo-data');
const { migrate } = api('database/migrate');
const { AppLogger } = api('telemetry/app-logger');
const { Revocations } = api('connections/revocations');
const { ChangeFeed } = api('database/change-feed');
const { OAuthCodesService } = api('oauth-codes/oauth-codes.service');

const config = parseConfig(process.env);
await migrate(config.databaseUrl);
const seed = await new DataSource(dataSourceOptions(config.databaseUrl)).initialize();
await fillDemoData(seed, { demoClientPort: 4000, now: new Date() });
await seed.destroy();

const logger = new AppLogger(pino({ level: config.logLevel, base: undefined }));
const app = await createApp(config, logger);
await app.listen({ port: config.port, host: '127.0.0.1' });

const revocations = app.get(Revocations);
const isRevoked = revocations.isRevoked;

answer({
  cpu,

  /** Codes of that many people, each with a connection of their own. */
  async codes({ clientId, userIds }) {
    const codes = [];
    for (const userId of userIds) {
      const caller = { via: 'session', sessionId: '', userId, accountId: '', role: 'member' };
      codes.push((await app.get(OAuthCodesService).create({ clientId }, caller)).code);
    }
    return codes;
  },

  /** How many revocations the process holds. */
  held: () => revocations.size,

  check(on) {
    revocations.isRevoked = on ? isRevoked : () => false;
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
