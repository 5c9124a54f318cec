import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiExplorer } from '../http/swagger.js';
import { runBeside } from '../testing/cli.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { mixedScriptsProblem } from './look-alikes.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { OAuthClientsService } from './oauth-clients.service.js';
import { ClientRegistry } from './registry.service.js';

let test: TestContext;
let registry: ClientRegistry;
beforeAll(async () => {
  test = await createTestModule([OAuthClientsModule]);
  registry = test.app.get(ClientRegistry);
  // As every node does when it starts.
  const builtIn = apiExplorer(test.config.publicUrl);
  await test.app.get(OAuthClientsService).ensureBuiltIn(builtIn);
});
afterAll(() => test.close());

const register = (name: string, publisher: string) =>
  registry.create(
    {
      name,
      publisher,
      kind: 'public',
      redirectUris: ['https://other.example/callback'],
      scopes: ['read'],
    },
    null,
  );

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
    await expect(register(name, publisher)).rejects.toMatchObject({
      status: 400,
      code: 'validation_failed',
      options: { errors: [{ field, code, message: expect.stringMatching(/\.$/) }] },
    });
  });

  it('is possible under a name that resembles none, and under the very same', async () => {
    await register('Maklerwelt Mobil', 'Maklerwelt Software GmbH');
    await register('Belegarchiv', 'Archiv AG');
    // Of a publisher that is not verified, which nobody can be mistaken for.
    await register('Assistent-Desktop', 'Andere GmbH');
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
    const { id } = await register('Vertragsblick', 'Blick GmbH');
    await expect(registry.update(id, { name: 'Maklerwelt_CRM' }, null)).rejects.toMatchObject({
      status: 400,
      code: 'validation_failed',
      options: { errors: [{ code: 'looks_alike' }] },
    });
    expect((await registry.get(id)).name).toBe('Vertragsblick');
    expect(await registry.update(id, { name: 'Vertrags-Blick' }, null)).toMatchObject({
      name: 'Vertrags-Blick',
    });
  });

  it('is no reason to refuse other changes of one that is there already', async () => {
    const { id } = await register('Aktenblick', 'Blick GmbH');
    await test.dataSource.query('UPDATE oauth_clients SET name = $2 WHERE id = $1', [
      id,
      'Maklerwelt–CRM',
    ]);
    expect(await registry.update(id, { description: 'Neu.' }, null)).toMatchObject({
      description: 'Neu.',
    });
  });
});
