import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';

const tool = (name) => import(`../../apps/portal/tools/${name}`);
const { sayWhenApiIsGone } = await tool('api-proxy.mjs');
const { default: proxyConfig } = await tool('proxy.conf.mjs');

/** The proxy as Vite makes it: it adds its own listener at last. */
async function makeProxy() {
  const proxy = new EventEmitter();
  const said = [];
  sayWhenApiIsGone(proxy, (text) => said.push(text));
  proxy.on('error', () => assert.fail('Vite logs the stack'));
  await Promise.resolve();
  const answers = [];
  const request = () =>
    proxy.emit(
      'error',
      new Error('connect ECONNREFUSED'),
      {},
      {
        req: {},
        headersSent: false,
        writeHead: (status) => ({ end: (body) => answers.push([status, body]) }),
      },
    );
  return { proxy, said, answers, request };
}

describe('while the API restarts', () => {
  it('every request is answered by a sentence', async () => {
    const { answers, request } = await makeProxy();
    request();
    request();
    assert.equal(answers.length, 2);
    for (const [status, body] of answers) {
      assert.equal(status, 502);
      assert.match(body, /^The API does not answer: it is restarting, or cannot start\. /);
    }
  });

  it('the log says so once, and again the next time', async () => {
    const { proxy, said, request } = await makeProxy();
    request();
    request();
    assert.equal(said.length, 1);
    proxy.emit('proxyRes');
    request();
    assert.equal(said.length, 2);
  });

  it('the portal’s server answers so', () => {
    for (const { configure } of Object.values(proxyConfig))
      assert.equal(typeof configure, 'function');
  });
});
