import { customers } from '../customers.js';
import type { Profile } from '../flixcheck.js';
import { html, type Html } from '../html.js';
import { layout, textsOf, type PageContext } from './layout.js';

/** @param profile whom the application acts for; null while it is not connected */
export function customersPage(context: PageContext, profile: Profile | null): Html {
  const t = textsOf(context);
  return layout(
    context,
    t.customers,
    html`<h1>${t.customers}</h1>
      ${context.connected ? connectedStrip(context, profile) : invitation(context)}
      <section aria-label="${t.customers}">
        <div class="customer columns" aria-hidden="true">
          <span>${t.customer}</span><span>${t.city}</span><span>${t.missing}</span>
        </div>
        <ul class="customers">
          ${customers.map(
            (customer) =>
              html`<li class="customer">
                <div><b>${customer.name}</b><span class="quiet">${customer.email}</span></div>
                <span class="city">${customer.city}</span>
                <span class="missing"
                  ><span class="label">${t.missing}: </span
                  >${customer.request[context.language]}</span
                >
                ${
                  context.connected &&
                  !context.readOnly &&
                  html`<form method="post" action="/checks">
                    <input type="hidden" name="customer" value="${customer.id}" /><button
                      class="second"
                      aria-label="${t.createCheckFor(customer.name)}"
                    >
                      ${t.createCheck}
                    </button>
                  </form>`
                }
              </li>`,
          )}
        </ul>
      </section>`,
  );
}

function invitation(context: PageContext): Html {
  const t = textsOf(context);
  return html`<section class="card invitation" aria-labelledby="invitation">
    <div>
      <h2 id="invitation">${t.promoteTitle}</h2>
      <p>${t.promoteText}</p>
    </div>
    <div class="act">
      <a class="button" href="/connect">${t.connect}</a>
      <p class="quiet">${t.connectHint}</p>
    </div>
  </section>`;
}

function connectedStrip(context: PageContext, profile: Profile | null): Html {
  const t = textsOf(context);
  return html`<p class="strip">
    ${profile && t.actsFor(`${profile.firstName} ${profile.lastName}`)}
    ${context.readOnly ? t.readOnly : t.customersLead}
    ${context.readOnly && html`<a href="/connect">${t.allowMore}</a> · `}<a href="/flixcheck"
      >${t.toConnection}</a
    >
  </p>`;
}
