import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withoutBuildTables } from './build-tables.mjs';

const WRITTEN = `api: ● API ready after 2044 ms
portal: \x1b[37m\x1b[1mInitial chunk files\x1b[22m\x1b[2m | \x1b[22m\x1b[1mNames\x1b[22m | \x1b[1mRaw size\x1b[22m
portal: \x1b[32mmain.js\x1b[37m            \x1b[2m | \x1b[22m\x1b[2mmain\x1b[22m | \x1b[36m92.10 kB\x1b[37m\x1b[2m | \x1b[22m
portal: \x1b[32mchunk-FKZ7WB5I.js\x1b[37m  \x1b[2m | \x1b[22m\x1b[2m-\x1b[22m
portal:              |   3.14 kB |\x20
portal: \x1b[1m \x1b[22m                  \x1b[2m | \x1b[22m\x1b[1mInitial total\x1b[22m | \x1b[1m289.66 kB\x1b[22m
portal: \x1b[1mLazy chunk files\x1b[22m   \x1b[2m | \x1b[22m\x1b[1mNames\x1b[22m | \x1b[1mRaw size\x1b[22m
portal: \x1b[2m...and 153 more lazy chunks files. Use "--verbose" to show all the files.\x1b[22m
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
