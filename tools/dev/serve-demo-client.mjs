/** `nx serve demo-client`: the demo third party from its sources, restarted at every save. */
import { devPorts } from './ports.mjs';
import { makeSay } from './say.mjs';
import { supervise, untilTheEnd } from './supervise.mjs';

const ports = devPorts(process.env);
const say = makeSay('demo third party');
const stop = supervise('apps/demo-client/src/main.ts', {
  env: {
    FLIXCHECK_URL: `http://localhost:${ports.portal}`,
    ...process.env,
    DEMO_CLIENT_PORT: String(ports.demoClient),
  },
  folders: ['apps/demo-client/src', 'apps/demo-client/assets', 'libs/connect-client/src'],
  say,
});
say(`http://localhost:${ports.demoClient}`);
untilTheEnd(stop);
