import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import close from '@material-symbols/svg-400/rounded/close.svg';
import { AuthorizationRequest } from '../api/types';
import { Icon } from '../ui/icon';
import { isOnThisDevice } from './on-this-device';

/** What was decided; `in-advance`: by an admin, before anybody was asked. */
export type Answer = 'allowed' | 'in-advance' | 'denied';

const GRANTED = { heading: 'authorize.leaving.granted', text: null };
const IN_ADVANCE = {
  heading: 'authorize.leaving.granted',
  text: 'authorize.leaving.inAdvance',
};
const RENEWED = { heading: 'authorize.leaving.renewed', text: null };
const DENIED = { heading: 'authorize.leaving.denied', text: 'authorize.leaving.deniedText' };
const NOT_ALLOWED = {
  heading: 'authorize.leaving.notAllowed',
  text: 'authorize.leaving.deniedText',
};
const UNCHANGED = { heading: 'authorize.leaving.denied', text: 'authorize.leaving.unchangedText' };

/**
 * The short moment between the answer and the other site: what was decided, and where the reader is
 * sent.
 */
@Component({
  selector: 'fx-leaving',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="fx-card" role="status" *transloco="let t">
      @let name = request().client.name;
      <span class="sign" [class.sign--granted]="granted()"><fx-icon [svg]="icon()" /></span>
      <h1>{{ t(words().heading) }}</h1>
      @if (words().text; as text) {
        <p>{{ t(text, { account: request().account.name }) }}</p>
      }
      @if (address(); as address) {
        <p>
          {{
            t('authorize.leaving.text', {
              place: onThisDevice()
                ? t('authorize.onThisDevice', { name })
                : request().redirectHost,
            })
          }}
        </p>
        <span class="track" aria-hidden="true"></span>
        <p class="fx-small fx-muted">
          {{ t('authorize.leaving.stuck') }}
          <a [href]="address" rel="noreferrer">{{ t('authorize.leaving.link', { name }) }}</a>
        </p>
      } @else {
        <p>{{ t('authorize.leaving.nowhere', { name }) }}</p>
      }
    </div>
  `,
  styles: `
    .fx-card {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      justify-items: center;
      gap: var(--fx-space-3);
      padding: var(--fx-space-7) var(--fx-space-5);
      text-align: center;
      box-shadow: var(--fx-shadow-raised);
    }
    .sign {
      display: grid;
      place-items: center;
      width: 3.5rem;
      height: 3.5rem;
      border-radius: 50%;
      background: var(--mat-sys-surface-container-high);
      font-size: 1.75rem;
    }
    .sign--granted {
      background: var(--fx-positive-container);
      color: var(--fx-on-positive-container);
    }
    p {
      max-width: 26rem;
      overflow-wrap: anywhere;
    }
    .track {
      position: relative;
      width: 10rem;
      height: 0.25rem;
      margin: var(--fx-space-2) 0;
      overflow: hidden;
      border-radius: var(--fx-radius-full);
      background: var(--mat-sys-surface-container-high);
    }
    .track::after {
      content: '';
      position: absolute;
      inset: 0;
      width: 40%;
      border-radius: inherit;
      background: var(--mat-sys-primary);
      animation: run 1.2s var(--fx-ease) infinite;
    }
    @media (forced-colors: active) {
      .track {
        border: 1px solid;
      }
      .track::after {
        background: CanvasText;
        forced-color-adjust: none;
      }
    }
    @keyframes run {
      from {
        transform: translateX(-100%);
      }
      to {
        transform: translateX(250%);
      }
    }
  `,
})
export class Leaving {
  readonly answer = input.required<Answer>();
  readonly request = input.required<AuthorizationRequest>();
  readonly address = input.required<string | null>();
  protected readonly granted = computed(() => this.answer() !== 'denied');
  protected readonly icon = computed(() => (this.granted() ? check : close));
  protected readonly words = computed(() => {
    const again = this.request().existingConnection !== null;
    if (this.answer() === 'in-advance') return IN_ADVANCE;
    if (this.granted()) return again ? RENEWED : GRANTED;
    if (again) return UNCHANGED;
    return this.request().refusal ? NOT_ALLOWED : DENIED;
  });
  protected readonly onThisDevice = computed(() => isOnThisDevice(this.request().redirectUri));
}
