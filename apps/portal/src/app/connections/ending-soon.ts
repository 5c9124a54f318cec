import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { REMIND_DAYS } from '@flixcheck/api-types/limits';
import { TranslocoDirective } from '@jsverse/transloco';
import more from '@material-symbols/svg-400/rounded/keyboard_arrow_down.svg';
import schedule from '@material-symbols/svg-400/rounded/schedule.svg';
import { apiResource, isSettled, keptValue } from '../api/api-resource';
import { Connection, CountedEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { SessionStore } from '../session/session-store';
import { endAfter } from '../time-limits/time-limit-choices';
import { Icon } from '../ui/icon';
import { TimeLimits } from './time-limits';

const RENEWED_DAYS = 90;

/** Reminds of the reader's own connections that end by themselves before long. */
@Component({
  selector: 'fx-ending-soon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @let first = connections()[0];
      @if (first) {
        <details class="fold fold--caution">
          <summary>
            <fx-icon [svg]="icons.schedule" />
            <span>
              @if (total() === 1) {
                {{
                  t('connections.limit.soonOne', {
                    app: first.client.name,
                    ago: formats.relative(first.expiresAt ?? ''),
                  })
                }}
              } @else {
                {{ t('connections.limit.soonMore', { count: formats.number(total()) }) }}
              }
            </span>
            <fx-icon class="more" [svg]="icons.more" />
          </summary>
          @for (item of connections(); track item.id) {
            <div class="item" role="group" [attr.aria-labelledby]="'soon-' + item.id">
              <p [id]="'soon-' + item.id">
                {{
                  t('connections.limit.soon', {
                    app: item.client.name,
                    ago: formats.relative(item.expiresAt ?? ''),
                    date: formats.date(item.expiresAt ?? ''),
                  })
                }}
              </p>
              <div class="ways">
                <button
                  type="button"
                  class="fx-button fx-button--compact fx-button--secondary"
                  [attr.aria-disabled]="busy() ? true : null"
                  [attr.aria-describedby]="'soon-' + item.id"
                  (click)="renew(item)"
                >
                  {{ t('connections.limit.renew', { date: formats.dateShort(renewed()) }) }}
                </button>
                <a
                  [routerLink]="['/settings/connections', item.id]"
                  [attr.aria-describedby]="'soon-' + item.id"
                  >{{ t('connections.limit.other') }}</a
                >
              </div>
              @if (failed(); as failure) {
                @if (failure.id === item.id) {
                  <p class="fx-field__error" role="alert">{{ t(failure.text) }}</p>
                }
              }
            </div>
          }
        </details>
      }
    </ng-container>
  `,
  styleUrl: './fold.scss',
  styles: `
    .item {
      padding: 0 var(--fx-space-4) var(--fx-space-4);
    }
    a {
      color: inherit;
      font-weight: var(--fx-weight-strong);
    }
    .ways {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--fx-space-2) var(--fx-space-4);
      margin-top: var(--fx-space-2);
    }
  `,
})
export class EndingSoon {
  /** Counts up whenever a connection may have changed. */
  readonly version = input(0);
  /** Whether there are any, once that is known. */
  readonly known = output<boolean>();

  private readonly session = inject(SessionStore);
  private readonly limits = inject(TimeLimits);
  protected readonly formats = inject(Formats);
  protected readonly icons = { schedule, more };
  protected readonly busy = signal(false);
  protected readonly failed = signal<{ id: string; text: string } | null>(null);
  private readonly now = Date.now();
  protected readonly renewed = signal(endAfter(RENEWED_DAYS, this.now)).asReadonly();

  private readonly soon = apiResource<CountedEnvelope<Connection>>(() => {
    const userId = this.session.user()?.id;
    return userId ? `/user/v7/connections?${this.query(userId)}` : undefined;
  });
  private readonly kept = keptValue(this.soon);
  protected readonly connections = computed(() => this.kept()?.resources ?? []);
  /** The few that end first are shown. */
  protected readonly total = computed(() => this.kept()?.meta.total ?? 0);

  constructor() {
    effect(() => {
      if (isSettled(this.soon)) this.known.emit(this.total() > 0);
    });
    effect(() => {
      if (this.version() > 0) untracked(() => this.soon.reload());
    });
  }

  protected async renew(connection: Connection): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    const text = await this.limits.set(connection, this.renewed());
    this.failed.set(text ? { id: connection.id, text } : null);
    if (!text) this.soon.reload();
    this.busy.set(false);
  }

  private query(userId: string): string {
    const expiresBefore = endAfter(REMIND_DAYS, this.now);
    return new URLSearchParams({ userId, expiresBefore, limit: '5' }).toString();
  }
}
