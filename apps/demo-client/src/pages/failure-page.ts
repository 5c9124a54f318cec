import type { Failure } from '../failures.js';
import { html, type Content, type Html } from '../html.js';
import { facts, layout, textsOf, type PageContext } from './layout.js';

/** @param address of the Flixcheck server, shown where the failure is that nobody answers there */
export function failurePage(context: PageContext, failure: Failure, address: string): Html {
  const t = textsOf(context);
  const [title, text] = t.failures[failure.kind];
  return layout(
    context,
    title,
    html`<section class="card problem">
      <h1>${title}</h1>
      <p>${text}</p>
      <p class="acts">
        <a class="button" href="/connect"
          >${failure.kind === 'readOnly' ? t.allowMore : t.tryAgain}</a
        ><a class="button second" href="/">${t.toCustomers}</a>
      </p>
      ${failureDetails(context, failure, address)}
    </section>`,
  );
}

/** A page without a way to try again: not found, or an unwelcome origin. */
export function dismissalPage(context: PageContext, title: string, text: string): Html {
  return layout(
    context,
    title,
    html`<section class="card problem">
      <h1>${title}</h1>
      <p>${text}</p>
      <p class="acts"><a class="button" href="/">${textsOf(context).toCustomers}</a></p>
    </section>`,
  );
}

/** What a developer needs to find the matter in Flixcheck's request log; null if nothing is known. */
export function failureDetails(
  context: PageContext,
  failure: Failure,
  address: string,
): Html | null {
  const known = failureFacts(context, failure, address);
  return (
    known &&
    html`<div class="details">
      <h2>${textsOf(context).details}</h2>
      ${known}
    </div>`
  );
}

export function failureFacts(context: PageContext, failure: Failure, address: string): Html | null {
  const t = textsOf(context);
  const nobodyThere = failure.kind === 'unreachable' || failure.kind === 'discovery';
  const entries: [string, Content][] = [
    [t.address, nobodyThere && html`<code>${address}</code>`],
    [t.status, failure.status],
    [t.error, failure.error && html`<code>${failure.error}</code>`],
    [t.description, failure.description],
    [t.requestId, failure.requestId && html`<code>${failure.requestId}</code>`],
  ];
  const known = entries.filter(([, value]) => value != null && value !== false && value !== '');
  return known.length > 0 ? facts(known) : null;
}
