/**
 * `nx serve api`: the API from its sources, restarted at every save, on a database that keeps
 * running. A debugger finds it on port 9229 (DEBUG_PORT).
 */
import { createRequire } from 'node:module';
import { inWorkspace } from '../setup/workspace.mjs';
import { devPorts } from './ports.mjs';
import { supervise, untilTheEnd } from './supervise.mjs';
import { makeSay, withoutRepeats } from './say.mjs';

const require = createRequire(import.meta.url);
const say = makeSay('API');
const ports = devPorts(process.env);

// The same hook that runs the API lets this process start the database that the API expects.
require('./typescript.cjs');
require('reflect-metadata');
const { parseConfig } = require(inWorkspace('apps/api/src/config/config.ts'));
const { prepareDatabase } = require(inWorkspace('apps/api/src/database/running-database.ts'));

try {
  const origin = `http://localhost:${ports.portal}`;
  const env = { PUBLIC_URL: origin, LOG_LEVEL: 'info', DEMO_DATA: 'on', ...process.env };
  const database = await prepareDatabase(parseConfig(env), withoutRepeats(say));
  const stop = supervise('apps/api/src/main.ts', {
    debuggerPort: ports.debugger,
    env: {
      ...env,
      ...{ HOST: 'localhost', PORT: String(ports.api) },
      DATABASE_URL: database.config.databaseUrl,
      APP_SECRET: database.config.appSecret,
      // The portal's server stands between the browser and the API.
      TRUST_PROXY: env.TRUST_PROXY ?? '1',
      DEMO_CLIENT_PORT: String(ports.demoClient),
    },
    folders: ['apps/api/src', 'libs'],
    say,
  });
  say(`portal ${origin}/portal/  Swagger UI ${origin}/docs  debugger ${ports.debugger}`);
  untilTheEnd(() => stop().then(() => database.stop()));
} catch (error) {
  say(error.message);
  process.exit(1);
}
