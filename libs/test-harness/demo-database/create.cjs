const { join, resolve } = require('node:path');
const { Client } = require('pg');
const { DataSource } = require('typeorm');
const programRole = require('./program-role.json');

/** Of the program as it has been built, like the servers of the tests. */
const DATABASE = resolve(__dirname, '../../../apps/api/dist/database');
const program = (file) => require(join(DATABASE, file));

/**
 * Jest's `globalSetup`: one database with the newest schema and the demo data, which suites copy
 * (`createTestDatabase`) instead of migrating one each. Without a server there is none to make.
 */
module.exports = async () => {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return;
  const name = `demo_${process.pid}`;
  await run(server, `CREATE DATABASE ${name}`);
  process.env.TEST_DEMO_DATABASE = name;

  const { dataSourceOptions } = program('data-source.js');
  const { fillDemoData } = program('demo-data.js');
  const { bringUpToDate } = program('schema.js');
  const url = new URL(server);
  url.pathname = `/${name}`;
  // Its copies have the rights of the program's role, too.
  const asProgram = new URL(url);
  asProgram.username = programRole.name;
  asProgram.password = programRole.password;
  await bringUpToDate({ databaseUrl: asProgram.href, databaseMigrationUrl: url.href });
  // So that tests may end the connections of the program.
  await run(url.href, `GRANT ${programRole.name} TO CURRENT_USER WITH INHERIT TRUE`);
  const dataSource = await new DataSource(dataSourceOptions(url.href)).initialize();
  await fillDemoData(dataSource, { demoClientPort: 4000, now: new Date() });
  await dataSource.destroy();
};

async function run(connectionString, statement) {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
