import './node-version.mjs';

import('./cli/run-cli.mjs').then(({ runCli }) => runCli(process.argv.slice(2)));
