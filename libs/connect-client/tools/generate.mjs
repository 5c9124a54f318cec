/**
 * Writes src/generated.ts: the types of what a bearer token may do, and of the token endpoint's
 * answers. With `--check` it only reports whether the file matches the OpenAPI document.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';

const target = new URL('../src/generated.ts', import.meta.url);
const document = JSON.parse(
  readFileSync(new URL('../../../apps/api/openapi.json', import.meta.url), 'utf8'),
);

const forBearers = ({ security = [] }) => security.some(({ oauth2 }) => oauth2);
const paths = Object.fromEntries(
  Object.entries(document.paths)
    .map(([path, operations]) => [
      path,
      Object.fromEntries(Object.entries(operations).filter(([, each]) => forBearers(each))),
    ])
    .filter(([, operations]) => Object.keys(operations).length > 0),
);

const schemas = {};
function keep(name) {
  if (schemas[name]) return;
  schemas[name] = document.components.schemas[name];
  keepAllOf(schemas[name]);
}
function keepAllOf(part) {
  const references = JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  for (const [, name] of references) keep(name);
}
keepAllOf(paths);
['TokenResponseDto', 'OAuthErrorDto'].forEach(keep);

const { securitySchemes } = document.components;
const types = await openapiTS({ ...document, paths, components: { schemas, securitySchemes } });
const text = COMMENT_HEADER + astToString(types);

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error(
    'libs/connect-client/src/generated.ts does not match apps/api/openapi.json: npm run openapi',
  );
  process.exitCode = 1;
}
