import './node-version.mjs';

import('./release/release.mjs').then(({ release }) => release(process.argv.slice(2)));
