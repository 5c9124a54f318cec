import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { root } from '../setup/workspace.mjs';
import { devLog } from './dev-log.mjs';

/** Colours stand anywhere in a line. */
const COLOUR = '\x1b[32m';

const WRITTEN = `api: ● API ready after 2044 ms
portal: ${COLOUR}${COLOUR}Initial chunk files${COLOUR}${COLOUR} | ${COLOUR}${COLOUR}Names${COLOUR} | ${COLOUR}Raw size${COLOUR}
portal: ${COLOUR}main.js${COLOUR}            ${COLOUR} | ${COLOUR}${COLOUR}main${COLOUR} | ${COLOUR}92.10 kB${COLOUR}${COLOUR} | ${COLOUR}
portal: ${COLOUR}chunk-FKZ7WB5I.js${COLOUR}  ${COLOUR} | ${COLOUR}${COLOUR}-${COLOUR}
portal:              |   3.14 kB |\x20
portal: 2m |\x20
portal: ${COLOUR} ${COLOUR}                  ${COLOUR} | ${COLOUR}${COLOUR}Initial total${COLOUR} | ${COLOUR}289.66 kB${COLOUR}
portal: ${COLOUR}Lazy chunk files${COLOUR}   ${COLOUR} | ${COLOUR}${COLOUR}Names${COLOUR} | ${COLOUR}Raw size${COLOUR}
portal: ${COLOUR}...and 153 more lazy chunks files. Use "--verbose" to show all the files.${COLOUR}
portal: Application bundle generation complete. [5.383 seconds]
portal: ✘ [ERROR] TS1005: ',' expected. [plugin angular-compiler]
portal:     apps/portal/src/i18n/sign-in/de.json:2:24:
portal:       2 │   "title": "Anmelden" ",
portal:         ╵                     ^
docs: | main.js | a table of the documentation's
`;

const WORTH_IT = `api: ● API ready after 2044 ms
portal: Application bundle generation complete. [5.383 seconds]
portal: ✘ [ERROR] TS1005: ',' expected. [plugin angular-compiler]
portal:     apps/portal/src/i18n/sign-in/de.json:2:24:
portal:       2 │   "title": "Anmelden" ",
portal:         ╵                     ^
docs: | main.js | a table of the documentation's
`;

it('of what the portal’s server writes, everything is shown but the sizes of scripts', () => {
  for (const size of [7, 64, WRITTEN.length]) {
    let shown = '';
    const write = devLog((lines) => (shown += lines));
    for (let at = 0; at < WRITTEN.length; at += size) write(WRITTEN.slice(at, at + size));
    assert.equal(shown, WORTH_IT);
  }
});

/** What is shown of a record of the API's log, without the time of day. */
function shownOf(record) {
  let shown = '';
  devLog((lines) => (shown += lines))(`api: ${JSON.stringify({ level: 30, ...record })}\n`);
  return shown.replace(/\d\d:\d\d:\d\d /, '').trimEnd();
}

it('a request is one sentence, with what else was noted', () => {
  const request = { method: 'GET', path: '/user/v7/users/me', status: 200, ms: 3.3 };
  assert.equal(
    shownOf({ time: 0, requestId: 'f22a', ...request, msg: 'request' }),
    'api: GET /user/v7/users/me 200 3.3 ms requestId=f22a',
  );
  assert.equal(shownOf({ time: 0, msg: 'stopped' }), 'api: stopped');
  assert.equal(
    shownOf({ level: 40, time: 0, msg: 'late', by: { ms: 5 } }),
    'api: WARN late by={"ms":5}',
  );
});

it('an error has its stack below it, in paths of the workspace', () => {
  const stack = `TypeError: size is not a function
    at MeController.get (${join(root, 'apps', 'api', 'src', 'people', 'me.controller.ts')}:42:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`;
  const frame = `api:     at MeController.get (${join('apps', 'api', 'src', 'people', 'me.controller.ts')}:42:5)`;
  assert.equal(
    shownOf({ level: 50, time: 0, stack, msg: 'size is not a function' }),
    `api: ERROR size is not a function\n${frame}`,
  );
  const err = { name: 'TypeError', message: 'size is not a function', code: '23505', stack };
  assert.equal(
    shownOf({ level: 50, time: 0, requestId: 'f22a', err, msg: 'unexpected error' }),
    `api: ERROR unexpected error: size is not a function requestId=f22a code=23505\n${frame}`,
  );
});

it('what only looks like a record is shown as it is', () => {
  for (const line of ['api: {"level":30,"time":1,"msg":"torn', 'docs: an example: {"level":']) {
    let shown = '';
    devLog((lines) => (shown += lines))(`${line}\n`);
    assert.equal(shown, `${line}\n`);
  }
});
