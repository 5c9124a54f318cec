import { inFolders } from './folders.mjs';

/** https://schema.postman.com, version 2.1 */
export function postmanCollection({ name, description, variables, oauth }, requests) {
  return {
    info: {
      name,
      description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: {
      type: 'oauth2',
      oauth2: textsOf({
        tokenName: name,
        grant_type: 'authorization_code_with_pkce',
        challengeAlgorithm: 'S256',
        authUrl: oauth.authorizationUrl,
        accessTokenUrl: oauth.tokenUrl,
        refreshTokenUrl: oauth.tokenUrl,
        clientId: '{{clientId}}',
        clientSecret: '{{clientSecret}}',
        redirect_uri: '{{redirectUri}}',
        scope: '{{scope}}',
        state: '{{$guid}}',
        client_authentication: 'body',
        addTokenTo: 'header',
        headerPrefix: 'Bearer',
      }),
    },
    variable: textsOf(variables),
    item: inFolders(requests).map(([folder, own]) => ({ name: folder, item: own.map(itemOf) })),
  };
}

const textsOf = (values) =>
  Object.entries(values).map(([key, value]) => ({ key, value, type: 'string' }));

function itemOf({ name, description, method, auth, path, pathParameters, query, body }) {
  const segments = path
    .slice(1)
    .split('/')
    .map((segment) => segment.replace(/^\{(.*)\}$/, ':$1'));
  return {
    name,
    request: {
      method,
      description,
      ...(auth !== 'token' && { auth: { type: 'noauth' } }),
      header: body.json ? [{ key: 'Content-Type', value: 'application/json' }] : [],
      url: {
        raw: `{{baseUrl}}/${segments.join('/')}`,
        host: ['{{baseUrl}}'],
        path: segments,
        // Switched off: each of them is optional.
        query: query.map((key) => ({ key, value: '', disabled: true })),
        variable: pathParameters.map((key) => ({ key, value: '' })),
      },
      ...(body.form && { body: { mode: 'urlencoded', urlencoded: formOf(body.form) } }),
      ...(body.json && {
        body: { mode: 'raw', raw: body.json, options: { raw: { language: 'json' } } },
      }),
    },
    response: [],
  };
}

const formOf = (fields) => fields.map(({ name, value }) => ({ key: name, value, type: 'text' }));
