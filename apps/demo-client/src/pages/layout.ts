import { html, type Content, type Html } from '../html.js';
import { texts, type Language, type Texts } from '../texts.js';

/** What every page knows about the request that it answers. */
export interface PageContext {
  language: Language;
  /** Path of the page, to which the language switch returns. */
  path: string;
  connected: boolean;
  /** The connection is for viewing only. */
  readOnly: boolean;
}

export function textsOf(context: PageContext): Texts {
  return texts[context.language];
}

export function layout(context: PageContext, title: string, body: Content): Html {
  const t = textsOf(context);
  const other = context.language === 'de' ? 'en' : 'de';
  const entry = (path: string, label: string, mark: Content = null) =>
    html`<a href="${path}" ${context.path === path && html`aria-current="page"`}
      >${label}${mark}</a
    >`;
  return html`<!doctype html>
    <html lang="${context.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Maklerwelt CRM</title>
        <link rel="icon" href="/assets/logo.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/maklerwelt.css" />
      </head>
      <body>
        <a class="skip" href="#content">${t.skipToContent}</a>
        <header class="side">
          <a class="brand" href="/"
            ><img src="/assets/logo.svg" alt="" width="36" height="36" /><span
              >Maklerwelt <b>CRM</b></span
            ></a
          >
          <nav aria-label="${t.navigation}">
            ${entry('/', t.customers)}
            ${entry('/flixcheck', t.connection, context.connected && html`<span class="mark">${t.connectedMark}</span>`)}
          </nav>
          <a
            class="switch"
            href="/language/${other}?back=${encodeURIComponent(context.path)}"
            lang="${other}"
            hreflang="${other}"
            >${t.otherLanguage}</a
          >
        </header>
        <div class="room">
          <main id="content" tabindex="-1">${body}</main>
          <footer>
            <p>${t.sample}</p>
            <p>${t.imprint}</p>
          </footer>
        </div>
      </body>
    </html>`;
}

/** Terms and values; entries without a value are left out. */
export function facts(entries: readonly (readonly [string, Content])[]): Html {
  return html`<dl class="facts">
    ${entries
      .filter(([, value]) => value != null && value !== '')
      .map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
}

export function dateTime(context: PageContext, value: Date | string): Html {
  const date = new Date(value);
  const locale = context.language === 'de' ? 'de-DE' : 'en-GB';
  const text = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  return html`<time datetime="${date.toISOString()}">${text.format(date)}</time>`;
}

export function clockTime(context: PageContext, date: Date): Html {
  const locale = context.language === 'de' ? 'de-DE' : 'en-GB';
  const text = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  return html`<time datetime="${date.toISOString()}">${text.format(date)}</time>`;
}
