import './node-version.mjs';

import('./collections/write-collections.mjs').then(({ writeCollections }) => writeCollections());
