import './node-version.mjs';

import('./dev/develop.mjs').then(({ develop }) => develop());
