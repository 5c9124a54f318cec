import { basename } from 'node:path/posix';

/**
 * The requests that an application sends, out of the OpenAPI document: those that take an access
 * token or an application's own credentials, and what it discovers. The portal's own, which need a
 * browser's session, are none of its business.
 */
export function requestsOf(document) {
  const resolve = (schema) =>
    schema?.$ref ? resolve(document.components.schemas[schema.$ref.split('/').at(-1)]) : schema;
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const requests = operations.flatMap(({ path, method, operation }) => {
    const auth = authOf(operation);
    if (!auth) return [];
    const parameters = operation.parameters ?? [];
    const request = {
      folder: operation.tags[0],
      name: operation.summary,
      description: operation.description ?? '',
      method: method.toUpperCase(),
      auth,
      path,
      pathParameters: parameters.filter((each) => each.in === 'path').map(({ name }) => name),
      query: parameters.filter((each) => each.in === 'query').map(({ name }) => name),
    };
    return bodiesOf(operation, resolve).map(({ name = request.name, ...body }) => ({
      ...request,
      name,
      body,
    }));
  });
  // Bruno makes a file of each, by its name.
  return requests.map((request, index) => {
    const isTaken = requests.slice(0, index).some(({ name }) => name === request.name);
    return isTaken ? { ...request, name: `${request.name}, ${basename(request.path)}` } : request;
  });
}

function authOf({ security = [], tags }) {
  if (security.some((way) => 'oauth2' in way)) return 'token';
  if (security.some((way) => 'client' in way)) return 'client';
  return tags.includes('Metadata') ? 'none' : undefined;
}

/** What a form's examples leave open or say of the demo is what each collection has variables for. */
const VARIABLES = {
  client_id: 'clientId',
  client_secret: 'clientSecret',
  refresh_token: 'refreshToken',
  token: 'accessToken',
};

/**
 * One request for each example of a form, or one with JSON out of the schema. Codes are exchanged by
 * Authorize, with a verifier that only it knows.
 */
function bodiesOf({ requestBody }, resolve) {
  const form = requestBody?.content['application/x-www-form-urlencoded'];
  if (form) {
    const examples = Object.values(form.examples).filter(
      ({ value }) => value.grant_type !== 'authorization_code',
    );
    return examples.map(({ summary, value }) => ({
      ...(value.grant_type && { name: summary }),
      form: Object.entries(value).map(([name, given]) => ({
        name,
        value: VARIABLES[name] ? `{{${VARIABLES[name]}}}` : String(given),
      })),
    }));
  }
  const json = requestBody?.content['application/json'];
  return [json ? { json: JSON.stringify(exampleOf(json.schema, resolve), null, 2) } : {}];
}

function exampleOf(given, resolve) {
  const schema = resolve(given);
  if (schema.example !== undefined) return schema.example;
  if (schema.type === 'array') return [exampleOf(schema.items, resolve)];
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, each]) => [name, exampleOf(each, resolve)]),
    );
  }
  const [known] = [schema.default, ...(schema.enum ?? [])].filter((value) => value !== undefined);
  if (known === undefined) throw new Error('A field of a request has no example in openapi.json.');
  return known;
}
