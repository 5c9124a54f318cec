import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PasswordForm } from '../security/password-form';
import { safeReturnTo } from '../session/return-to';
import { SessionExpiry } from '../session/session-expiry';
import { SessionStore } from '../session/session-store';
import { GuestLayout } from '../ui/guest-layout';
import { Messages } from '../ui/messages';

/** Where a session is led whose user has got the password from somebody else. */
@Component({
  selector: 'fx-own-password-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, PasswordForm, TranslocoDirective],
  template: `
    <fx-guest-layout>
      <div class="parts" *transloco="let t">
        <header>
          <h1>{{ t('security.given.title') }}</h1>
          <p class="fx-muted">{{ t('security.given.text') }}</p>
        </header>
        <fx-password-form (changed)="goOn()" />
        <button type="button" class="fx-button fx-button--secondary" (click)="signOut()">
          {{ t('security.required.signOut') }}
        </button>
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
export class OwnPasswordPage {
  readonly returnTo = input<string>();

  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  private readonly expiry = inject(SessionExpiry);
  private readonly messages = inject(Messages);

  protected async goOn(): Promise<void> {
    this.store.update({ passwordGiven: undefined });
    this.messages.show('security.given.done');
    await this.router.navigateByUrl(safeReturnTo(this.returnTo()), { replaceUrl: true });
  }

  protected async signOut(): Promise<void> {
    try {
      await this.expiry.signOut(() => this.store.signOut());
    } catch {
      this.messages.show('settings.menu.signOutFailed');
    }
  }
}
