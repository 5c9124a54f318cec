import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runBeside } from '../testing/cli.js';
import { type PortalUser, signIn } from '../testing/portal-user.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { mixedScriptsProblem } from './look-alikes.js';

const CLIENTS = '/admin/v7/oauth-clients';
let test: TestApp;
let operator: PortalUser;
beforeAll(async () => {
  test = await createTestApp();
  operator = await signIn(test.url, 'operator@flixcheck.example');
});
afterAll(() => test.close());

const register = (name: string, publisher: string) =>
  operator.call('POST', CLIENTS, {
    resource: {
      name,
      publisher,
      kind: 'public',
      redirectUris: ['https://other.example/callback'],
      scopes: ['read'],
    },
  });

describe('a word of mixed scripts', () => {
  it.each([
    ['Mаklerwelt', 'U+0430', 'Cyrillic'],
    ['Flixchеck', 'U+0435', 'Cyrillic'],
    ['Νova', 'U+039D', 'Greek'],
    ['Ελλάda', 'U+0064', 'Latin'],
  ])('is told with the letter that does not belong: %s', (word, code, script) => {
    const problem = mixedScriptsProblem(`Die ${word} GmbH`);
    expect(problem).toContain(code);
    expect(problem).toContain(`is ${script}`);
  });

  it.each([
    'Maklerwelt CRM',
    'Ökotarif – Überschussrechner 2.0 & Söhne',
    'Маклер Мир',
    'Ελλάς CRM',
    'Straße Façade Łódź Ærø',
    'LINEマンガ',
    '日本語テスト',
    '123 !?',
  ])('is none of those in: %s', (text) => {
    expect(mixedScriptsProblem(text)).toBeNull();
  });
});

describe('registering a client', () => {
  it.each([
    ['Mаklerwelt CRM', 'Andere GmbH', 'name', 'mixed_scripts'],
    ['Andere', 'Mаklerwelt Software GmbH', 'publisher', 'mixed_scripts'],
    ['MakIerweIt CRM', 'Andere GmbH', 'name', 'looks_alike'],
    ['Maklerwelt-CRM', 'Andere GmbH', 'name', 'looks_alike'],
    ['MAKLERWELT CRM', 'Andere GmbH', 'name', 'looks_alike'],
    ['Maklérwelt CRM', 'Andere GmbH', 'name', 'looks_alike'],
    ['Be1egscanner', 'Andere GmbH', 'name', 'looks_alike'],
    ['Andere', 'Belegscanner A.G.', 'publisher', 'looks_alike'],
    ['Belegscanner AG.', 'Andere GmbH', 'name', 'looks_alike'],
    ['FIixcheck', 'Andere GmbH', 'name', 'looks_alike'],
  ])('as %s of %s is refused, with the reason', async (name, publisher, field, code) => {
    const { status, body } = await register(name, publisher);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect(body.errors).toEqual([{ field, code, message: expect.stringMatching(/\.$/) }]);
  });

  it('is possible under a name that resembles none, and under the very same', async () => {
    expect((await register('Maklerwelt Mobil', 'Maklerwelt Software GmbH')).status).toBe(201);
    expect((await register('Belegarchiv', 'Archiv AG')).status).toBe(201);
    // Of a publisher that is not verified, which nobody can be mistaken for.
    expect((await register('Assistent-Desktop', 'Andere GmbH')).status).toBe(201);
  });

  it('by the command line is refused as well', async () => {
    const { exitCode, error } = await runBeside(test, [
      'oauth-clients',
      'create',
      '--name',
      'Mаklerwelt CRM',
      '--publisher',
      'Maklerwelt Software GmbH',
      '--kind',
      'public',
      '--redirect-uri',
      'https://other.example/callback',
      '--scope',
      'read',
    ]);
    expect(exitCode).toBe(1);
    expect(error).toContain('U+0430');
  });
});

describe('renaming a client', () => {
  it('to what looks like another one is refused, and changes nothing', async () => {
    const { body } = await register('Vertragsblick', 'Blick GmbH');
    const { id } = body.resource;
    const patch = (resource: object) => operator.call('PATCH', `${CLIENTS}/${id}`, { resource });
    const refused = await patch({ name: 'Maklerwelt_CRM' });
    expect([refused.status, refused.body.errors[0]?.code]).toEqual([400, 'looks_alike']);
    expect((await operator.call('GET', `${CLIENTS}/${id}`)).body.resource.name).toBe(
      'Vertragsblick',
    );
    expect((await patch({ name: 'Vertrags-Blick' })).status).toBe(200);
  });

  it('is no reason to refuse other changes of one that is there already', async () => {
    const { body } = await register('Aktenblick', 'Blick GmbH');
    const { id } = body.resource;
    await test.dataSource.query('UPDATE oauth_clients SET name = $2 WHERE id = $1', [
      id,
      'Maklerwelt–CRM',
    ]);
    const { status } = await operator.call('PATCH', `${CLIENTS}/${id}`, {
      resource: { description: 'Neu.' },
    });
    expect(status).toBe(200);
  });
});
