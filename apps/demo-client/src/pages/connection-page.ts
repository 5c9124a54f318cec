import { snapshot } from '../connection.js';
import type { Failure } from '../failures.js';
import type { CheckSummary } from '../flixcheck.js';
import { html, type Content, type Html } from '../html.js';
import type { Connection, Ending, Notice, Session, TokenSnapshot } from '../sessions.js';
import { failureDetails, failureFacts } from './failure-page.js';
import { clockTime, dateTime, facts, layout, textsOf, type PageContext } from './layout.js';

export interface ConnectionView {
  session: Session | null;
  notice: Notice | null;
  checks: readonly CheckSummary[];
  /** Why whom the application acts for, or the checks, could not be loaded. */
  failure: Failure | null;
  address: string;
}

export function connectionPage(context: PageContext, view: ConnectionView): Html {
  const t = textsOf(context);
  const { session } = view;
  const connection = session?.connection;
  return layout(
    context,
    t.connection,
    html`<h1>${t.connection}</h1>
      ${view.notice && noticeOf(context, view.notice, connection)}
      ${connection ? connected(context, view, connection) : unconnected(context, view)}
      ${session && session.journal.length > 0 && journalOf(context, session)}`,
  );
}

function connected(context: PageContext, view: ConnectionView, connection: Connection): Content {
  const t = textsOf(context);
  return [
    view.failure && problem(context, view.failure, view.address),
    connection.profile && identity(context, connection),
    view.failure ? null : checksOf(context, view.checks),
    tokensOf(context, connection),
    view.failure
      ? html`<p class="acts"><a class="button" href="/connect">${t.connectAgain}</a></p>`
      : null,
  ];
}

function unconnected(context: PageContext, view: ConnectionView): Html {
  const t = textsOf(context);
  const ending = view.session?.ending;
  if (ending) return ended(context, ending, view.address);
  return html`<section class="card invitation" aria-labelledby="invitation">
    <div>
      <h2 id="invitation">${t.notConnectedTitle}</h2>
      <p>${t.promoteText}</p>
    </div>
    <div class="act">
      <a class="button" href="/connect">${t.connect}</a>
      <p class="quiet">${t.connectHint}</p>
    </div>
  </section>`;
}

function identity(context: PageContext, connection: Connection): Content {
  const t = textsOf(context);
  const { profile } = connection;
  if (!profile) return null;
  const scope = profile.connection?.scope ?? connection.tokens.scope;
  return html`<section class="card" aria-labelledby="identity">
    <h2 id="identity">${t.actsForTitle}</h2>
    <p class="who">
      <b>${profile.firstName} ${profile.lastName}</b><span class="quiet">${profile.email}</span>
    </p>
    ${facts([
      [t.account, profile.account.name],
      [t.scope, t.scopes[scope] ?? scope],
      [t.grantedAt, dateTime(context, profile.connection?.grantedAt ?? connection.connectedAt)],
    ])}
    <div class="acts">
      <form method="post" action="/refresh"><button>${t.renew}</button></form>
      <form method="post" action="/disconnect">
        <button class="second">${t.disconnect}</button>
      </form>
    </div>
  </section>`;
}

function checksOf(context: PageContext, checks: readonly CheckSummary[]): Html {
  const t = textsOf(context);
  const row = (check: CheckSummary) =>
    html`<li>
      <div>
        <b>${check.title}</b><span>${t.checkFor(check.recipient.name)}</span>
        <span class="quiet"
          >${
            check.createdBy &&
            t.checkBy(
              `${check.createdBy.firstName} ${check.createdBy.lastName}`,
              check.createdVia?.name ?? null,
            )
          },
          ${dateTime(context, check.createdAt)}</span
        >
      </div>
      <span class="mark">${t.checkStatus[check.status] ?? check.status}</span>
    </li>`;
  return html`<section class="card" aria-labelledby="checks">
    <h2 id="checks">${t.checksTitle}</h2>
    ${
      checks.length
        ? html`<ul class="checks">
            ${checks.map(row)}
          </ul>`
        : html`<p>${context.readOnly ? t.noneToSee : t.noChecks}</p>`
    }
    <p><a href="/">${t.toCustomers}</a></p>
  </section>`;
}

function tokensOf(context: PageContext, connection: Connection): Html {
  const t = textsOf(context);
  const tokens = snapshot(connection.tokens);
  return html`<section class="card" aria-labelledby="tokens">
    <h2 id="tokens">${t.tokensTitle}</h2>
    <p class="quiet">${t.tokensLead}</p>
    ${facts([
      [t.accessToken, tokenEnd(context, tokens.accessTokenEnd)],
      [t.expiresAt, dateTime(context, tokens.expiresAt)],
      [t.refreshToken, tokenEnd(context, tokens.refreshTokenEnd)],
    ])}
  </section>`;
}

function ended(context: PageContext, ending: Ending, address: string): Html {
  const t = textsOf(context);
  const step = (title: string, failure: Failure | null) =>
    failure &&
    html`<div class="details">
      <h3>${title}</h3>
      ${failureFacts(context, failure, address)}
    </div>`;
  return html`<section class="card problem" aria-labelledby="ended">
    <h2 id="ended">${t.endedTitle}</h2>
    <p>${t.endedText}</p>
    <p class="acts"><a class="button" href="/connect">${t.connectAgain}</a></p>
    <div class="steps">
      ${step(t.endedCall, ending.call)}${step(t.endedRefresh, ending.refresh)}
    </div>
  </section>`;
}

function problem(context: PageContext, failure: Failure, address: string): Html {
  const [title, text] = textsOf(context).failures[failure.kind];
  return html`<section class="card problem" aria-labelledby="problem">
    <h2 id="problem">${title}</h2>
    <p>${text}</p>
    ${failureDetails(context, failure, address)}
  </section>`;
}

function noticeOf(context: PageContext, notice: Notice, connection?: Connection | null): Content {
  const t = textsOf(context);
  const say = (text: string, more: Content = null) =>
    html`<div class="card notice" role="status">
      <p>${text}</p>
      ${more}
    </div>`;
  switch (notice.kind) {
    case 'connected': {
      const profile = connection?.profile;
      return profile && say(t.noticeConnected(`${profile.firstName} ${profile.lastName}`));
    }
    case 'disconnected':
      return say(t.noticeDisconnected);
    case 'checkCreated':
      return say(t.noticeCheckCreated(notice.check.title, notice.check.recipient.name));
    case 'refreshed':
      return say(t.noticeRefreshed, changes(context, notice.before, notice.after));
  }
}

/** Before and after a refresh, side by side. */
function changes(context: PageContext, before: TokenSnapshot, after: TokenSnapshot): Html {
  const t = textsOf(context);
  const row = (label: string, was: Content, is: Content, same: boolean) =>
    html`<tr>
      <th scope="row">${label}</th>
      <td>${was}</td>
      <td>${is} <span class="mark ${same && 'plain'}">${same ? t.unchanged : t.changed}</span></td>
    </tr>`;
  const ends = (label: string, was: string, is: string) =>
    row(label, html`<code>…${was}</code>`, html`<code>…${is}</code>`, was === is);
  return html`<h2>${t.changesTitle}</h2>
    <table class="changes">
      <thead>
        <tr>
          <th scope="col">${t.value}</th>
          <th scope="col">${t.before}</th>
          <th scope="col">${t.after}</th>
        </tr>
      </thead>
      <tbody>
        ${ends(t.accessToken, before.accessTokenEnd, after.accessTokenEnd)}
        ${row(
          t.expiresAt,
          clockTime(context, before.expiresAt),
          clockTime(context, after.expiresAt),
          before.expiresAt.getTime() === after.expiresAt.getTime(),
        )}
        ${ends(t.refreshToken, before.refreshTokenEnd, after.refreshTokenEnd)}
        ${row(
          t.scope,
          t.scopes[before.scope] ?? before.scope,
          t.scopes[after.scope] ?? after.scope,
          before.scope === after.scope,
        )}
      </tbody>
    </table>`;
}

function journalOf(context: PageContext, session: Session): Html {
  const t = textsOf(context);
  return html`<section class="card" aria-labelledby="journal">
    <h2 id="journal">${t.journalTitle}</h2>
    <p class="quiet">${t.journalLead}</p>
    <ol class="journal">
      ${session.journal.map(
        (entry) =>
          html`<li>
            <span class="quiet">${clockTime(context, entry.at)}</span>
            <code>${entry.method} ${entry.path}</code>
            <span class="grant"
              >${entry.grantType && (t.grants[entry.grantType] ?? entry.grantType)}</span
            >
            <span class="status ${(entry.status ?? 500) >= 400 && 'bad'}"
              >${entry.status ?? t.noAnswer}</span
            >
            <span class="quiet">${entry.durationMs} ms</span>
          </li>`,
      )}
    </ol>
  </section>`;
}

function tokenEnd(context: PageContext, end: string): Html {
  return html`<code>…${end}</code>`;
}
