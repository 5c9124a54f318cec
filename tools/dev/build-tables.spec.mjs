import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withoutBuildTables } from './build-tables.mjs';

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
    const write = withoutBuildTables((lines) => (shown += lines));
    for (let at = 0; at < WRITTEN.length; at += size) write(WRITTEN.slice(at, at + size));
    assert.equal(shown, WORTH_IT);
  }
});
