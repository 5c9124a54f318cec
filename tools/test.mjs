import './node-version.mjs';

import('./test/run-suites.mjs').then(({ runSuites }) => runSuites(process.argv.slice(2)));
