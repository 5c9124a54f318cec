import './node-version.mjs';

import('./test/screenshots.mjs').then(({ screenshots }) => screenshots(process.argv.slice(2)));
