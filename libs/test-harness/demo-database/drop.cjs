const { Client } = require('pg');

/** Jest's `globalTeardown`, after `create.cjs`. */
module.exports = async () => {
  const { TEST_DATABASE_URL: server, TEST_DEMO_DATABASE: name } = process.env;
  if (!name) return;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.end();
};
