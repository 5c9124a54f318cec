import { createHash } from 'node:crypto';
import { inFolders } from './folders.mjs';

/** A collection as Bruno exports it, in one file. */
export function brunoCollection({ name, description, variables, oauth }, requests) {
  const environment = {
    uid: idOf('environment'),
    name,
    variables: Object.entries(variables).map(([key, value]) => ({
      uid: idOf('variable', key),
      name: key,
      value,
      type: 'text',
      enabled: true,
      secret: ['clientSecret', 'accessToken', 'refreshToken'].includes(key),
    })),
  };
  return {
    version: '1',
    uid: idOf('collection'),
    name,
    activeEnvironmentUid: environment.uid,
    environments: [environment],
    brunoConfig: { version: '1', name, type: 'collection' },
    root: {
      docs: description,
      request: {
        auth: {
          mode: 'oauth2',
          oauth2: {
            grantType: 'authorization_code',
            callbackUrl: '{{redirectUri}}',
            authorizationUrl: oauth.authorizationUrl,
            accessTokenUrl: oauth.tokenUrl,
            refreshTokenUrl: oauth.tokenUrl,
            clientId: '{{clientId}}',
            clientSecret: '{{clientSecret}}',
            scope: '{{scope}}',
            state: '{{$guid}}',
            pkce: true,
            credentialsPlacement: 'body',
            credentialsId: 'credentials',
            tokenPlacement: 'header',
            tokenHeaderPrefix: 'Bearer',
            autoFetchToken: true,
            autoRefreshToken: true,
          },
        },
      },
    },
    items: inFolders(requests).map(([folder, own], index) => ({
      uid: idOf('folder', folder),
      type: 'folder',
      name: folder,
      seq: index + 1,
      // Its requests inherit from it, and it from the collection.
      root: { request: { auth: { mode: 'inherit' } }, meta: { name: folder, seq: index + 1 } },
      items: own.map(itemOf),
    })),
  };
}

function itemOf(
  { folder, name, description, method, auth, path, pathParameters, query, body },
  index,
) {
  const id = (...parts) => idOf('request', folder, name, ...parts);
  return {
    uid: id(),
    type: 'http-request',
    name,
    seq: index + 1,
    request: {
      url: `{{baseUrl}}${path.replace(/\{(\w+)\}/g, ':$1')}`,
      method,
      headers: [],
      params: [
        ...pathParameters.map((key) => parameterOf(id('path', key), key, 'path', true)),
        // Switched off: each of them is optional.
        ...query.map((key) => parameterOf(id('query', key), key, 'query', false)),
      ],
      auth: { mode: auth === 'token' ? 'inherit' : 'none' },
      body: bodyOf(body, id),
      docs: description,
    },
  };
}

const parameterOf = (uid, name, type, enabled) => ({ uid, name, value: '', type, enabled });

function bodyOf({ form, json }, id) {
  if (json) return { mode: 'json', json };
  if (!form) return { mode: 'none' };
  return {
    mode: 'formUrlEncoded',
    formUrlEncoded: form.map(({ name, value }) => ({ uid: id(name), name, value, enabled: true })),
  };
}

/** Bruno's ids have 21 letters and digits; the same input makes the same file. */
function idOf(...parts) {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 21);
}
