import './node-version.mjs';

import('./test/with-database.mjs').then(({ withDatabase }) => withDatabase(process.argv.slice(2)));
