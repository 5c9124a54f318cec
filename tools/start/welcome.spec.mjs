import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOn, welcome } from './welcome.mjs';

const plain = { bold: String, cyan: String, dim: String };
const WHERE = { url: 'http://localhost:3000', demoUrl: 'http://localhost:4000', mailbox: false };
const said = (demo) => [...welcome({ ...WHERE, demo }, plain)].join('\n');

describe('what the start says at its end', () => {
  it('names the logins of the demo data where there is some', () => {
    assert.match(said(true), /user@musterhaus\.example/);
    assert.match(said(true), /Begin at http:\/\/localhost:4000/);
    assert.doesNotMatch(said(true), /create-operator/);
  });

  it('says how to make the first account where there is none, and names no login', () => {
    assert.match(said(false), /npm run cli -- accounts create --name /);
    assert.match(said(false), /npm run cli -- users create-operator --email /);
    assert.doesNotMatch(said(false), /musterhaus|passwort|4000/);
  });

  it('takes DEMO_DATA as the program does', () => {
    assert.deepEqual(['off', ' off ', 'on', undefined].map(isOn), [false, false, true, true]);
  });
});
