#!/usr/local/bin/node
// `docker compose exec api cli …`: the command line, in an image that has no shell.
const { join } = require('node:path');

require(join('/app', 'apps/api/dist/cli.js'));
