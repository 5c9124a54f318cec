import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { DemoClientConfig } from './config.js';
import { renew, snapshot, withToken } from './connection.js';
import { customers } from './customers.js';
import { ConnectionEnded, describeFailure, failure } from './failures.js';
import type { Flixcheck } from './flixcheck.js';
import * as http from './http.js';
import { connectionPage } from './pages/connection-page.js';
import { customersPage } from './pages/customers-page.js';
import { dismissalPage, failurePage } from './pages/failure-page.js';
import type { PageContext } from './pages/layout.js';
import { emptySession, Sessions, type Session } from './sessions.js';
import { preferredLanguage, texts, type Language } from './texts.js';

const SESSION_COOKIE = 'maklerwelt_session';
const LANGUAGE_COOKIE = 'maklerwelt_language';
const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** Authorizations that one browser may have under way, in several tabs for instance. */
const MOST_PENDING = 5;

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  language: Language;
  session: Session | null;
}

type Handler = (exchange: Exchange) => void | Promise<void>;

export function createDemoClient(config: DemoClientConfig, flixcheck: Flixcheck): RequestListener {
  const sessions = new Sessions();
  const address = config.flixcheckUrl.origin;
  const assets = {
    '/assets/maklerwelt.css': ['text/css; charset=utf-8', asset('maklerwelt.css')],
    '/assets/logo.svg': ['image/svg+xml', asset('logo.svg')],
  } as const;

  const routes: Record<string, Handler> = {
    'GET /': (exchange) => {
      const profile = exchange.session?.connection?.profile ?? null;
      http.sendPage(exchange.response, 200, customersPage(contextOf(exchange), profile));
    },
    'GET /flixcheck': showConnection,
    'GET /problem': (exchange) => {
      const { response, session } = exchange;
      if (!session?.failure) return http.redirect(response, '/');
      http.sendPage(response, 200, failurePage(contextOf(exchange), session.failure, address));
    },
    'GET /connect': connect,
    'GET /callback': finishConnecting,
    'POST /checks': createCheck,
    'POST /refresh': refreshTokens,
    'POST /disconnect': disconnect,
    'GET /language/de': (exchange) => switchLanguage(exchange, 'de'),
    'GET /language/en': (exchange) => switchLanguage(exchange, 'en'),
  };

  return (request, response) => {
    void answer(request, response).catch((error: unknown) => {
      process.stderr.write(`Maklerwelt CRM: ${String((error as Error).stack ?? error)}\n`);
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const language = languageOf(request);
      const context = { language, path: '/', connected: false, readOnly: false };
      http.sendPage(response, 500, failurePage(context, failure('internal'), address));
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url =
      URL.parse(`http://localhost${request.url}`) ?? new URL('http://localhost/unreadable');
    const session = sessions.find(http.readCookie(request, SESSION_COOKIE));
    const exchange = { request, response, url, session, language: languageOf(request) };
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const file = assets[url.pathname as keyof typeof assets];
    if (file && method === 'GET') return http.sendAsset(response, file[0], file[1]);

    const t = texts[exchange.language];
    const handler = routes[`${method} ${url.pathname}`];
    if (!handler) {
      const page = dismissalPage(contextOf(exchange), t.notFoundTitle, t.notFoundText);
      return http.sendPage(response, 404, page);
    }
    if (method !== 'GET' && http.comesFromElsewhere(request)) {
      const page = dismissalPage(contextOf(exchange), t.forbiddenTitle, t.forbiddenText);
      return http.sendPage(response, 403, page);
    }
    await handler(exchange);
  }

  /** Also the page at which Flixcheck's list of applications sends users to start. */
  async function connect(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    const session = exchange.session ?? open(exchange);
    await orShowFailure(exchange, session, async () => {
      const redirectUri = redirectUriFor(request);
      const started = await flixcheck.startAuthorization(redirectUri, session.journal);
      session.pending.set(started.state, started.pending);
      const [oldest] = session.pending.keys();
      if (session.pending.size > MOST_PENDING && oldest) session.pending.delete(oldest);
      http.redirect(response, started.url);
    });
  }

  async function finishConnecting(exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    const session = exchange.session ?? open(exchange);
    const state = url.searchParams.get('state') ?? '';
    const pending = session.pending.get(state);
    session.pending.delete(state);
    if (!pending) {
      // Neither the code nor the error of a callback that nobody here asked for is believed.
      session.failure = failure('unknownState');
      return http.redirect(response, '/problem');
    }
    await orShowFailure(exchange, session, async () => {
      const { journal } = session;
      const tokens = await flixcheck.finishAuthorization(url.searchParams, state, pending, journal);
      session.connection = { tokens, profile: null, connectedAt: new Date() };
      session.ending = null;
      session.notice = { kind: 'connected' };
      // A new id with the new rights, against session fixation.
      const id = sessions.keep(session, http.readCookie(request, SESSION_COOKIE));
      http.setCookie(response, SESSION_COOKIE, id);
      http.redirect(response, '/flixcheck');
    });
  }

  async function showConnection(exchange: Exchange): Promise<void> {
    const { response, session } = exchange;
    const connection = session?.connection;
    const view = { session, notice: session?.notice ?? null, checks: [], failure: null, address };
    if (session) session.notice = null;
    if (!session || !connection) {
      return http.sendPage(response, 200, connectionPage(contextOf(exchange), view));
    }
    const { journal } = session;
    const loaded = await withToken(flixcheck, session, connection, async (tokens) => {
      connection.profile = await flixcheck.profile(tokens, journal);
      return { checks: await flixcheck.checks(tokens, journal) };
    }).catch((error: unknown) =>
      // That the connection has ended is what the page then says by itself.
      error instanceof ConnectionEnded ? { notice: null } : { failure: describeFailure(error) },
    );
    const page = connectionPage(contextOf(exchange), { ...view, ...loaded });
    http.sendPage(response, 200, page);
  }

  async function createCheck(exchange: Exchange): Promise<void> {
    const { request, response, session, language } = exchange;
    const id = (await http.readForm(request)).get('customer');
    const customer = customers.find((one) => one.id === id);
    const connection = session?.connection;
    if (!customer || !connection) return http.redirect(response, '/flixcheck');
    await orShowFailure(exchange, session, async () => {
      const check = await withToken(flixcheck, session, connection, (tokens) =>
        flixcheck.createCheck(tokens, session.journal, {
          recipient: { name: customer.name, email: customer.email },
          title: customer.request[language],
        }),
      );
      session.notice = { kind: 'checkCreated', check };
      http.redirect(response, '/flixcheck');
    });
  }

  async function refreshTokens(exchange: Exchange): Promise<void> {
    const { response, session } = exchange;
    const connection = session?.connection;
    if (!connection) return http.redirect(response, '/flixcheck');
    await orShowFailure(exchange, session, async () => {
      const before = snapshot(connection.tokens);
      await renew(flixcheck, session, connection, null);
      session.notice = { kind: 'refreshed', before, after: snapshot(connection.tokens) };
      http.redirect(response, '/flixcheck');
    });
  }

  async function disconnect(exchange: Exchange): Promise<void> {
    const { response, session } = exchange;
    const connection = session?.connection;
    if (!connection) return http.redirect(response, '/flixcheck');
    await orShowFailure(exchange, session, async () => {
      await flixcheck.revoke(connection.tokens, session.journal);
      session.connection = null;
      session.notice = { kind: 'disconnected' };
      http.redirect(response, '/flixcheck');
    });
  }

  /** Failures are shown at an address of their own: reloading it repeats nothing, and holds no code. */
  async function orShowFailure(
    { response }: Exchange,
    session: Session,
    act: () => Promise<void>,
  ): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof ConnectionEnded) return http.redirect(response, '/flixcheck');
      const described = describeFailure(error);
      const again = described.kind === 'refused' && session.connection !== null;
      session.failure = again ? { ...described, kind: 'refusedAgain' } : described;
      if (session.failure.kind === 'internal') {
        process.stderr.write(`Maklerwelt CRM: ${String((error as Error).stack ?? error)}\n`);
      }
      http.redirect(response, '/problem');
    }
  }

  function open(exchange: Exchange): Session {
    const session = emptySession();
    http.setCookie(exchange.response, SESSION_COOKIE, sessions.keep(session));
    return session;
  }

  /** The callback must come back to the host that the browser knows its session by. */
  function redirectUriFor(request: IncomingMessage): string {
    const host = request.headers.host === `127.0.0.1:${config.port}` ? '127.0.0.1' : 'localhost';
    return `http://${host}:${config.port}/callback`;
  }
}

function switchLanguage({ response, url }: Exchange, language: Language): void {
  http.setCookie(response, LANGUAGE_COOKIE, language, YEAR_SECONDS);
  const back = url.searchParams.get('back');
  http.redirect(response, back && ['/', '/flixcheck', '/problem'].includes(back) ? back : '/');
}

function contextOf({ url, language, session }: Exchange): PageContext {
  const connection = session?.connection ?? null;
  // Of a token, and of what the connection was last found to be allowed.
  const scopes = connection
    ? [connection.tokens.scope, connection.profile?.connection?.scope ?? connection.tokens.scope]
    : [];
  const readOnly = scopes.some((scope) => !scope.split(' ').includes('readwrite'));
  return { language, path: url.pathname, connected: connection !== null, readOnly };
}

function languageOf(request: IncomingMessage): Language {
  const chosen = http.readCookie(request, LANGUAGE_COOKIE);
  if (chosen === 'de' || chosen === 'en') return chosen;
  return preferredLanguage(request.headers['accept-language']);
}

function asset(name: string): Buffer {
  return readFileSync(join(__dirname, '..', 'assets', name));
}
