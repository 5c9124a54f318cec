import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inWorkspace } from '../setup/workspace.mjs';
import { collectionFiles } from './write-collections.mjs';

const files = collectionFiles();
const [postman, bruno] = files.map(({ content }) => JSON.parse(content));
const document = JSON.parse(readFileSync(inWorkspace('apps/api/openapi.json'), 'utf8'));

/** Every object within a value. */
function* objectsIn(value) {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield value;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}
const variablesIn = (text) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

describe('the collections for Postman and Bruno', () => {
  it('are what the OpenAPI document says: npm run collections', () => {
    for (const { path, content } of files) assert.equal(readFileSync(path, 'utf8'), content);
  });

  it('have each operation that takes a token or an application’s credentials, and none of the portal’s', () => {
    const expected = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, { security = [], tags }]) => {
        const isForApplications = security.some((way) => 'oauth2' in way || 'client' in way);
        const isMetadata = tags.includes('Metadata');
        return isForApplications || isMetadata ? [`${method.toUpperCase()} ${path}`] : [];
      }),
    );
    const inPostman = postman.item.flatMap(({ item }) =>
      item.map(({ request }) => `${request.method} ${request.url.raw}`),
    );
    const inBruno = bruno.items.flatMap(({ items }) =>
      items.map(({ request }) => `${request.method} ${request.url}`),
    );
    const plain = (entries) =>
      entries.map((entry) => entry.replace('{{baseUrl}}', '').replace(/:(\w+)/g, '{$1}')).sort();
    assert.deepEqual([...new Set(plain(inPostman))], expected.sort());
    assert.deepEqual(plain(inBruno), plain(inPostman));
  });

  it('define every variable that they use', () => {
    const inPostman = new Set(postman.variable.map(({ key }) => key));
    const inBruno = new Set(bruno.environments[0].variables.map(({ name }) => name));
    for (const name of variablesIn(files[0].content)) assert.ok(inPostman.has(name), name);
    for (const name of variablesIn(files[1].content)) assert.ok(inBruno.has(name), name);
  });

  it('go through the flow with PKCE and without a secret in the file', () => {
    const settings = Object.fromEntries(postman.auth.oauth2.map(({ key, value }) => [key, value]));
    assert.equal(settings.grant_type, 'authorization_code_with_pkce');
    assert.equal(settings.challengeAlgorithm, 'S256');
    assert.equal(bruno.root.request.auth.oauth2.pkce, true);
    for (const { content } of files) assert.doesNotMatch(content, /demo-secret/);
  });

  it('for Postman: addresses are taken apart as schema 2.1 has them', () => {
    assert.match(postman.info.schema, /\/collection\/v2\.1\.0\/collection\.json$/);
    for (const { request } of postman.item.flatMap(({ item }) => item)) {
      const { raw, host, path } = request.url;
      assert.equal(raw, [...host, ...path].join('/'));
    }
  });

  it('for Bruno: each id has 21 letters and digits, and is there once', () => {
    const ids = [...objectsIn(bruno)].flatMap(({ uid }) => (uid ? [uid] : []));
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[a-zA-Z0-9]{21}$/);
  });
});
