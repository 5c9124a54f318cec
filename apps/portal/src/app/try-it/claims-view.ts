import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Formats } from '../i18n/formats';
import { decodeToken } from './token-claims';

/** What each part of an access token is for (RFC 9068 §2). */
const MEANINGS: Readonly<Record<string, string>> = {
  typ: 'try.claim.typ',
  alg: 'try.claim.alg',
  kid: 'try.claim.kid',
  iss: 'try.claim.iss',
  aud: 'try.claim.aud',
  sub: 'try.claim.sub',
  client_id: 'try.claim.client_id',
  scope: 'try.claim.scope',
  iat: 'try.claim.iat',
  exp: 'try.claim.exp',
  jti: 'try.claim.jti',
  account_id: 'try.claim.account_id',
  connection_id: 'try.claim.connection_id',
  connection_exp: 'try.claim.connection_exp',
};
const MOMENTS = new Set(['iat', 'exp', 'connection_exp']);

/** An access token taken apart. */
@Component({
  selector: 'fx-claims',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h3>{{ t('try.claim.title') }}</h3>
      <p class="fx-small fx-muted">{{ t('try.claim.text') }}</p>
      <dl>
        @for (claim of claims(); track claim.name) {
          <div>
            <dt>
              <code>{{ claim.name }}</code>
            </dt>
            <dd>
              <code>{{ claim.value }}</code>
              @if (claim.at; as at) {
                <span class="fx-muted">({{ formats.dateTimeExact(at) }})</span>
              }
              @if (claim.meaning; as text) {
                <p class="fx-small fx-muted">{{ t(text) }}</p>
              }
            </dd>
          </div>
        }
      </dl>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--fx-space-2);
      padding: 0 var(--fx-space-5) var(--fx-space-5);
    }
    h3 {
      margin: 0;
      font-size: var(--fx-text-md);
    }
    dl {
      display: grid;
      margin: 0;
    }
    dl > div {
      display: grid;
      grid-template-columns: minmax(0, 9rem) minmax(0, 1fr);
      gap: 0 var(--fx-space-4);
      padding-block: var(--fx-space-2);
      border-top: 1px solid var(--mat-sys-outline-variant);
    }
    dd {
      margin: 0;
      overflow-wrap: anywhere;
    }
    @media (max-width: 36rem) {
      :host {
        padding: 0 var(--fx-space-4) var(--fx-space-4);
      }
      dl > div {
        grid-template-columns: minmax(0, 1fr);
      }
    }
  `,
})
export class ClaimsView {
  readonly token = input.required<string>();

  protected readonly formats = inject(Formats);
  protected readonly claims = computed(() => {
    const token = decodeToken(this.token());
    return Object.entries({ ...token?.header, ...token?.claims }).map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      at: MOMENTS.has(name) ? new Date(Number(value) * 1000).toISOString() : null,
      meaning: MEANINGS[name],
    }));
  });
}
