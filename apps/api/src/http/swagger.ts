import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import { SCOPE_TABLE, SCOPES } from '@flixcheck/oauth-protocol';
import { describeProblems } from './openapi-problems.js';

/** The client through which Swagger UI's Authorize button goes through the real flow. */
export const API_EXPLORER_CLIENT_ID = 'api-explorer';
export const API_EXPLORER_REDIRECT_PATH = '/docs/oauth2-redirect.html';

/** A public client of our own: PKCE, no secret in the browser, not offered to users. */
export const apiExplorer = (publicUrl: string) => ({
  clientId: API_EXPLORER_CLIENT_ID,
  name: 'API Explorer',
  description: 'Swagger UI: tries the API out in your name.',
  publisher: 'Flixcheck',
  redirectUris: [`${publicUrl}${API_EXPLORER_REDIRECT_PATH}`],
  scopes: [...SCOPES],
  homepageUri: `${publicUrl}/docs`,
});

const SCOPE_WORDS = Object.fromEntries(SCOPES.map((scope) => [scope, SCOPE_TABLE[scope].meaning]));

const OAUTH_WORDS =
  '**Act for a portal user, as an application does.** Authorize opens the portal: sign in there and allow access. `api-explorer` is a public client with PKCE, which has no secret. Any other application works, too, with its own client id and secret, once `/docs/oauth2-redirect.html` of this server is one of its redirect URIs.';

const DESCRIPTION = `
Third-party applications act for portal users: send the user to
\`/portal/oauth/authorize\`, exchange the code at \`POST /guest/v7/oauth-tokens\`, call the API with
\`Authorization: Bearer …\`. In the demo, press **Authorize** and sign in as
\`user@musterhaus.example\` to try it here. The [guide](/docs/guide) goes from the first call to
production, with examples in several languages.

Requests and answers carry \`{"resource": …}\`, lists \`{"resources": […], "meta": …}\`; errors are
RFC 9457 problems with a stable \`code\` and a \`requestId\`. The OAuth endpoints speak the flat
bodies of RFC 6749.
`.trim();

export function createOpenApiDocument(app: INestApplication, publicUrl: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Flixcheck Connect')
    .setDescription(DESCRIPTION)
    .setVersion('7')
    .addServer(publicUrl)
    .addTag('OAuth tokens', 'What an application calls to get, refresh, end and examine tokens')
    .addTag('Authorization', 'What the authorize page does')
    .addTag('Checks', 'The example resource that applications work on')
    .addTag('Connections', 'Which applications act for whom, as the portal’s settings show it')
    .addTag('Account policy', 'Which applications a company allows, and is asked to allow')
    .addTag('Sessions', 'Signing in and out of the portal')
    .addTag('Users', 'One’s own profile, and the users of an account')
    .addTag('Audit trail', 'Who signed in, and who changed what')
    .addTag('Companies', 'The companies that use Flixcheck, for operators')
    .addTag('Registry', 'The registered applications, their secrets and requests, for operators')
    .addTag('Developers', 'What the developers of an application see and change themselves')
    .addTag('Demo', 'What only a demo has')
    .addTag('Metadata', 'What a client discovers by itself: endpoints and keys')
    .addTag('Operations', 'Health and figures')
    .addOAuth2(
      {
        type: 'oauth2',
        description: OAUTH_WORDS,
        flows: {
          authorizationCode: {
            authorizationUrl: `${publicUrl}/portal/oauth/authorize`,
            tokenUrl: `${publicUrl}/guest/v7/oauth-tokens`,
            refreshUrl: `${publicUrl}/guest/v7/oauth-tokens`,
            scopes: SCOPE_WORDS,
          },
        },
      },
      'oauth2',
    )
    .addCookieAuth(
      'session',
      {
        type: 'apiKey',
        in: 'cookie',
        name: 'session',
        description: 'The portal’s session, which signing in sets. Browsers send it by themselves.',
      },
      'session',
    )
    .addBasicAuth(
      {
        type: 'http',
        scheme: 'basic',
        description:
          'An application’s own credentials: its client id as the user name, its client secret as the password. They may be fields of the request instead.',
      },
      'client',
    )
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace('Controller', '')}_${method}`,
  });
  describeProblems(document);
  // Nest leaves an empty one.
  delete document.info.contact;
  return document;
}
