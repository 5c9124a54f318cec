import './node-version.mjs';

import('./start/launch.mjs').then(({ launch }) => launch());
