import './node-version.mjs';

import('./mutation/run.mjs').then(({ runMutants }) => runMutants(process.argv.slice(2)));
