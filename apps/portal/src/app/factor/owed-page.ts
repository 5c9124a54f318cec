import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { SessionExpiry } from '../session/session-expiry';
import { SessionStore } from '../session/session-store';
import { GuestLayout } from '../ui/guest-layout';
import { Messages } from '../ui/messages';

/** What somebody has to do before anything else: they do it, or sign out. */
@Component({
  selector: 'fx-owed-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, TranslocoDirective],
  template: `
    <fx-guest-layout>
      <div class="parts" *transloco="let t">
        <header>
          <h1>{{ t(heading()) }}</h1>
          <ng-content select="[about]" />
        </header>
        <ng-content />
        @if (!done()) {
          <button type="button" class="fx-button fx-button--secondary" (click)="signOut()">
            {{ t('security.required.signOut') }}
          </button>
        }
      </div>
    </fx-guest-layout>
  `,
  styles: `
    .parts {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--fx-space-5);
    }
    header {
      display: grid;
      gap: var(--fx-space-2);
    }
  `,
})
export class OwedPage {
  /** A text key. */
  readonly heading = input.required<string>();
  readonly done = input(false);

  private readonly store = inject(SessionStore);
  private readonly expiry = inject(SessionExpiry);
  private readonly messages = inject(Messages);

  protected async signOut(): Promise<void> {
    try {
      await this.expiry.signOut(() => this.store.signOut());
    } catch {
      this.messages.show('settings.menu.signOutFailed');
    }
  }
}
