import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PasswordForm } from '../security/password-form';
import { safeReturnTo } from '../session/return-to';
import { SessionStore } from '../session/session-store';
import { Messages } from '../ui/messages';
import { OwedPage } from './owed-page';

/** Where a session is led whose user has got the password from somebody else. */
@Component({
  selector: 'fx-own-password-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [OwedPage, PasswordForm, TranslocoDirective],
  template: `
    <fx-owed-page heading="security.given.title" *transloco="let t">
      <p about class="fx-muted">{{ t('security.given.text') }}</p>
      <fx-password-form (changed)="goOn()" />
    </fx-owed-page>
  `,
})
export class OwnPasswordPage {
  readonly returnTo = input<string>();

  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  private readonly messages = inject(Messages);

  protected async goOn(): Promise<void> {
    this.store.update({ passwordGiven: undefined });
    this.messages.show('security.given.done');
    await this.router.navigateByUrl(safeReturnTo(this.returnTo()), { replaceUrl: true });
  }
}
