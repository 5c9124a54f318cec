import { createTestDatabase } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { BackgroundStep, BackgroundWork } from '../background/background-work.js';
import { DAY, MINUTE } from '../config/clock.js';
import { parseConfig } from '../config/config.js';
import { dataSourceOptions } from '../database/data-source.js';
import { migrate } from '../database/migrate.js';
import { servePortal } from '../http/portal.js';
import { TestClock } from '../testing/test-clock.js';
import { PortalFiles } from './portal-files.js';

const clock = new TestClock();
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let dataSource: DataSource;
let housekeep: BackgroundStep['run'];
let files: PortalFiles;
let server: FastifyInstance;
const folders: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
  const background = { step: ({ run }: BackgroundStep) => void (housekeep = run) };
  const config = { ...parseConfig({}), databaseUrl: database.url, appSecret: 'only for this test' };
  files = new PortalFiles(dataSource, clock, background as unknown as BackgroundWork, config);
  files.onModuleInit();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** A build of the portal whose only script has this hash. */
async function build(hash: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portal-files-'));
  folders.push(folder);
  const script = `main-${hash}.js`;
  await writeFile(join(folder, script), `console.log('${hash}');`);
  await writeFile(join(folder, `${script}.br`), 'compressed');
  await writeFile(join(folder, `styles-${hash}.css`), 'a{}');
  await writeFile(join(folder, 'index.html'), `<script src="${script}"></script>`);
  return folder;
}

beforeEach(async () => {
  await dataSource.query('DELETE FROM portal_files');
  server = Fastify();
  await servePortal(server, {
    directory: await build('NEWBUILD'),
    former: (name) => files.find(name),
  });
});
afterEach(async () => {
  await server.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const get = (file: string) => server.inject({ url: `/portal/${file}` });
const housekeeping = () => housekeep(new AbortController().signal);

describe('a page that was opened before a deployment', () => {
  it('gets the scripts and styles of its build from a node of the new one', async () => {
    await files.keep(await build('OLDBUILD'));
    const script = await get('main-OLDBUILD.js?again');
    expect(script.statusCode).toBe(200);
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.body).toBe("console.log('OLDBUILD');");
    const style = await get('styles-OLDBUILD.css');
    expect([style.statusCode, style.headers['content-type']]).toEqual([
      200,
      'text/css; charset=utf-8',
    ]);
  });

  it('gets a 404 for what is not a file of a build, and no page in its place', async () => {
    for (const file of ['main-UNKNOWNX.js', 'main.js', 'x/main-OLDBUILD.js', 'styles-A.css']) {
      expect([file, (await get(file)).statusCode]).toEqual([file, 404]);
    }
    expect((await get('settings/team')).headers['content-type']).toContain('text/html');
  });

  it('gets nothing that anybody but a node has put there', async () => {
    await files.keep(await build('OLDBUILD'));
    await dataSource.query(`UPDATE portal_files SET content = 'alert(1)'`);
    expect((await get('main-OLDBUILD.js')).statusCode).toBe(404);
    await dataSource.query(
      `INSERT INTO portal_files VALUES ('main-ATTACKER.js', 'alert(1)', decode(repeat('00', 32), 'hex'), now())`,
    );
    expect((await get('main-ATTACKER.js')).statusCode).toBe(404);
  });
});

describe('the files of a build', () => {
  it('are kept for a day after its last node was seen, and not longer', async () => {
    const old = await build('OLDBUILD');
    await files.keep(old);
    clock.advance(DAY - MINUTE);
    await housekeeping();
    expect((await get('main-OLDBUILD.js')).statusCode).toBe(200);
    // Another node of it starts.
    await files.keep(old);
    clock.advance(DAY - MINUTE);
    await housekeeping();
    expect((await get('main-OLDBUILD.js')).statusCode).toBe(200);
    clock.advance(2 * MINUTE);
    await housekeeping();
    expect((await get('main-OLDBUILD.js')).statusCode).toBe(404);
  });

  it('are stored once, however many nodes start with them', async () => {
    const old = await build('OLDBUILD');
    await Promise.all([files.keep(old), files.keep(old)]);
    await files.keep(old);
    const stored = await dataSource.query('SELECT name FROM portal_files ORDER BY name');
    expect(stored).toEqual([{ name: 'main-OLDBUILD.js' }, { name: 'styles-OLDBUILD.css' }]);
  });
});
