import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Access } from './access.js';
import { API_EXPLORER_CLIENT_ID, API_EXPLORER_REDIRECT_PATH } from './swagger.js';

const ANYONE: Access = { kind: 'anyone', cors: false, stateChanging: false };
const NOTICE_PATH = '/docs/session-notice.js';

/**
 * Says above the operations whom a call acts for: a browser that is signed in to the portal sends
 * the session's cookie whether or not anybody has pressed Authorize.
 */
const NOTICE = `(function () {
  var ui = document.getElementById('swagger-ui');
  if (!ui) return;
  var notice = document.createElement('p');
  notice.className = 'session-notice';
  notice.setAttribute('role', 'status');
  ui.before(notice);
  var SIGNED_OUT =
    'This browser is not signed in to the portal: operations that take a session answer 401. ' +
    'Authorize is for those that take an access token.';
  var signedIn = false;
  function say(user) {
    signedIn = Boolean(user);
    notice.textContent = user
      ? 'This browser is signed in to the portal as ' + user.email + '. Operations that take a ' +
        'session use its cookie by themselves, and their changes are real. Those that take an ' +
        'access token use one once you have pressed Authorize, and the cookie until then.'
      : SIGNED_OUT;
  }
  function check() {
    fetch('/user/v7/sessions/current', { headers: { accept: 'application/json' }, cache: 'no-store' })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (body) { say(body && body.resource.user); })
      .catch(function () { notice.textContent = ''; });
  }
  check();
  window.addEventListener('focus', check);
  // Authorize signs in by a window of its own, whose end not every browser tells as a focus.
  document.addEventListener('click', function () { if (!signedIn) check(); });
  // The client that Authorize begins with has no secret to be asked for; another one may have.
  document.addEventListener('input', function (event) {
    if (!/^client_id/.test(event.target.id)) return;
    document.body.classList.toggle(
      'own-application', event.target.value !== '${API_EXPLORER_CLIENT_ID}');
  });
})();
`;

const STYLE = `
  .swagger-ui .topbar { display: none }
  .session-notice { max-width: 1460px; margin: 16px auto 0; padding: 12px 20px; font: 14px/1.5 sans-serif }
  .session-notice:not(:empty) { background: #eef4f4; border-left: 4px solid #14655f; color: #16282b }
  .swagger-ui .auth-container .markdown p { max-width: 40em }
  body:not(.own-application) .swagger-ui .auth-container .wrapper:has([id^="client_secret"]):not(:has([id^="client_id"])) { display: none }`;

/**
 * Swagger UI at /docs, and the document itself beside it. In Swagger UI one way to authorize is
 * offered, which works: a browser sends no cookie that is typed into a field, and an application
 * sends its credentials as fields of the request.
 * @param create makes the document when it is first asked for: it costs a tenth of a second, which
 *   no start should wait for
 */
export function serveSwaggerUi(
  app: INestApplication,
  create: () => OpenAPIObject,
  publicUrl: string,
): void {
  let created: OpenAPIObject | undefined;
  const document = () => (created ??= create());
  const server = (app as NestFastifyApplication)
    .getHttpAdapter()
    .getInstance() as unknown as FastifyInstance;
  server.get(NOTICE_PATH, { config: { access: ANYONE } }, (_request, reply) =>
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(NOTICE),
  );
  SwaggerModule.setup('docs', app, () => forBrowsers(document()), {
    raw: false,
    customSiteTitle: 'Flixcheck Connect API',
    customJs: NOTICE_PATH,
    customCss: STYLE,
    swaggerOptions: {
      persistAuthorization: false,
      // An operation has an address, which leads to it although Swagger UI draws only what is in sight.
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      oauth2RedirectUrl: `${publicUrl}${API_EXPLORER_REDIRECT_PATH}`,
      initOAuth: {
        clientId: API_EXPLORER_CLIENT_ID,
        appName: 'API Explorer',
        scopes: ['readwrite'],
        usePkceWithAuthorizationCodeGrant: true,
      },
    },
  });
  SwaggerModule.setup('docs', app, document, {
    ui: false,
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
  });
}

/** The document without the ways to authenticate that no field of a web page can take. */
function forBrowsers(document: OpenAPIObject): OpenAPIObject {
  const shown = structuredClone(document);
  const schemes = shown.components?.securitySchemes ?? {};
  for (const name of Object.keys(schemes)) if (name !== 'oauth2') delete schemes[name];
  for (const path of Object.values(shown.paths)) {
    for (const operation of Object.values(path) as { security?: Record<string, unknown>[] }[]) {
      if (!operation.security) continue;
      operation.security = operation.security.filter((way) => 'oauth2' in way);
    }
  }
  return shown;
}
