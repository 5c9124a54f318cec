const { join, resolve } = require('node:path');
const { Client } = require('pg');
const { DataSource } = require('typeorm');

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
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  process.env.TEST_DEMO_DATABASE = name;

  const { dataSourceOptions } = program('data-source.js');
  const { fillDemoData } = program('demo-data.js');
  const { migrate } = program('migrate.js');
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrate(url.href);
  const dataSource = await new DataSource(dataSourceOptions(url.href)).initialize();
  await fillDemoData(dataSource, { demoClientPort: 4000, now: new Date() });
  await dataSource.destroy();
};
