import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import checkIcon from '@material-symbols/svg-400/rounded/check_circle.svg';
import { apiResource } from '../api/api-resource';
import { Envelope, PublicClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { Passkeys } from '../security/passkeys';
import { TwoSteps } from '../security/two-steps';
import { clientIdOf, safeReturnTo } from '../session/return-to';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { OwedPage } from './owed-page';

/** Where a session is led that can do nothing until its user has a second factor. */
@Component({
  selector: 'fx-factor-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, OwedPage, Passkeys, TranslocoDirective, TwoSteps],
  template: `
    <fx-owed-page heading="security.required.title" [done]="done()" *transloco="let t">
      @if (demand(); as demand) {
        <p about>{{ t(demand.text, demand.values) }}</p>
      }
      <p about class="fx-muted">{{ t('security.required.text') }}</p>
      @if (client.hasValue()) {
        <p about>{{ t('security.required.asks', { name: client.value().resource.name }) }}</p>
      }
      <div role="status">
        @if (done()) {
          <div class="fx-notice fx-notice--positive">
            <fx-icon [svg]="checkIcon" />
            <p>{{ t('security.required.done') }}</p>
          </div>
        }
      </div>
      @if (done()) {
        <button type="button" class="fx-button fx-button--primary" (click)="goOn()">
          {{ t('security.required.goOn') }}
        </button>
      }
      <fx-passkeys (added)="setUp()" />
      <fx-two-steps (changed)="setUp()" />
      @if (due()) {
        <p class="fx-small fx-muted">{{ t('security.required.without') }}</p>
      } @else if (!done()) {
        <button type="button" class="fx-button fx-button--secondary" (click)="goOn()">
          {{ t('security.required.later') }}
        </button>
      }
    </fx-owed-page>
  `,
  styles: `
    [role='status']:not(:has(*)) {
      display: contents;
    }
  `,
})
export class FactorPage {
  readonly returnTo = input<string>();

  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  private readonly formats = inject(Formats);

  /** Whose request for access waits until then. */
  protected readonly client = apiResource<Envelope<PublicClient>>(() => {
    const clientId = clientIdOf(safeReturnTo(this.returnTo()));
    return clientId ? `/guest/v7/oauth-clients/${encodeURIComponent(clientId)}` : undefined;
  });
  protected readonly done = computed(() => {
    const user = this.store.user();
    return Boolean(user) && !user?.secondFactorDueAt;
  });
  /** Whether nothing goes on without it. */
  protected readonly due = computed(() => {
    const at = this.store.user()?.secondFactorDueAt;
    return at !== undefined && Date.parse(at) <= Date.now();
  });
  /** Who requires it, and from when on. */
  protected readonly demand = computed(() => {
    const { secondFactorDueAt: at, secondFactorDueBy: by } = this.store.user() ?? {};
    if (!at) return null;
    if (by === 'installation') return { text: 'security.required.byFlixcheck', values: {} };
    const text = this.due() ? 'security.required.since' : 'security.required.from';
    const company = this.store.account()?.name;
    return { text, values: { company, at: this.formats.dateTimeShort(at) } };
  });
  protected readonly checkIcon = checkIcon;

  protected setUp(): void {
    this.store.update({ secondFactorDueAt: undefined });
  }

  protected async goOn(): Promise<void> {
    await this.router.navigateByUrl(safeReturnTo(this.returnTo()), { replaceUrl: true });
  }
}
