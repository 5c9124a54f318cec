import { brunoCollection } from './bruno.mjs';
import { postmanCollection } from './postman.mjs';
import { requestsOf } from './requests.mjs';

/**
 * What both collections say of the server. The client is Swagger UI's own: each server has it, it
 * needs no secret, and its redirect page is registered, so that the first click on Authorize works.
 */
const settingsOf = (document) => ({
  name: `${document.info.title} API`,
  description:
    'What an application calls. Authorize the collection once, and its requests act for the user who has allowed it. To act as your own application, put in its clientId, clientSecret and redirectUri.',
  variables: {
    baseUrl: document.servers[0].url,
    clientId: 'api-explorer',
    clientSecret: '',
    redirectUri: '{{baseUrl}}/docs/oauth2-redirect.html',
    scope: 'readwrite',
    accessToken: '',
    refreshToken: '',
  },
  oauth: {
    authorizationUrl: inVariables(document, 'authorizationUrl'),
    tokenUrl: inVariables(document, 'tokenUrl'),
  },
});

function inVariables({ servers, components }, name) {
  const { authorizationCode } = components.securitySchemes.oauth2.flows;
  return authorizationCode[name].replace(servers[0].url, '{{baseUrl}}');
}

/** The files by name, as Postman and Bruno import them. */
export function makeCollections(document) {
  const settings = settingsOf(document);
  const requests = requestsOf(document);
  return {
    'flixcheck-connect.postman_collection.json': postmanCollection(settings, requests),
    'flixcheck-connect.bruno_collection.json': brunoCollection(settings, requests),
  };
}
