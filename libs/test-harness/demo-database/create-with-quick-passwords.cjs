const { resolve } = require('node:path');
const createDemoDatabase = require('./create.cjs');
const quickPasswords = require('./quick-passwords.cjs');

const DEMO_DATA = resolve(__dirname, '../../../apps/api/dist/database/demo-data.js');

/** Jest's `globalSetup` of suites in most of whose tests signing in is no subject. */
module.exports = async () => {
  await createDemoDatabase();
  const { TEST_DATABASE_URL: server, TEST_DEMO_DATABASE: name } = process.env;
  if (!name) return;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await quickPasswords(url.href, require(DEMO_DATA).DEMO_PASSWORD);
};
