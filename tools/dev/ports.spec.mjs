import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../setup/failure.mjs';
import { devPorts, portsTaken } from './ports.mjs';

const PORTS = { portal: 3000, api: 3001, demoClient: 4000, debugger: 9229 };
const whereTaken = (...taken) =>
  portsTaken(PORTS, (port) => Promise.resolve(!taken.includes(port)));

describe('the ports of npm run dev', () => {
  it('are those of npm start, unless others are chosen', () => {
    assert.deepEqual(devPorts({}), PORTS);
    assert.deepEqual(devPorts({ PORT: '3100', DEMO_CLIENT_PORT: ' ', DEBUG_PORT: '9300' }), {
      ...PORTS,
      ...{ portal: 3100, api: 3101, debugger: 9300 },
    });
  });

  for (const [name, value, highest] of [
    ['PORT', 'abc', 65534],
    ['PORT', '65535', 65534],
    ['DEBUG_PORT', '0', 65535],
    ['DEMO_CLIENT_PORT', '4000.5', 65535],
  ]) {
    it(`cannot be ${name}=${value}`, () => {
      const message = `${name} must be a number from 1 to ${highest}, not '${value}'.`;
      assert.throws(() => devPorts({ [name]: value }), new Failure(message));
    });
  }

  it('are not spoken of where they are free', async () => {
    assert.equal(await whereTaken(), undefined);
  });

  it('are chosen by the variable of the one that is taken', async () => {
    assert.match(
      await whereTaken(9229),
      /^Port 9229 \(debugger\) .*: DEBUG_PORT=9329 npm run dev$/,
    );
    assert.match(
      await whereTaken(3001),
      /^Port 3001 \(API\) is in use: .*: PORT=3100 npm run dev$/,
    );
  });

  it('are all named at once', async () => {
    assert.match(
      await whereTaken(3000, 3001, 4000),
      /^Ports 3000 \(portal\) and 3001 \(API\) and 4000 \(demo third party\) are in use: .*: PORT=3100 DEMO_CLIENT_PORT=4100 npm run dev$/,
    );
  });
});
