import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { SessionStore } from '../session/session-store';
import { Appearance } from './appearance';
import { Devices } from './devices';
import { EmailForm } from './email-form';
import { NoticesForm } from './notices-form';
import { OwnData } from './own-data';
import { Passkeys } from './passkeys';
import { PasswordForm } from './password-form';
import { ProfileForm } from './profile-form';
import { TwoSteps } from './two-steps';

/** The user's own settings: password, devices, language and theme, name, and what is stored. */
@Component({
  selector: 'fx-security-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Appearance,
    Devices,
    EmailForm,
    NoticesForm,
    OwnData,
    Passkeys,
    PasswordForm,
    ProfileForm,
    TranslocoDirective,
    TwoSteps,
  ],
  template: `
    <ng-container *transloco="let t">
      <header class="fx-page-title">
        <h1>{{ t('security.title') }}</h1>
        <p>{{ t('security.intro') }}</p>
      </header>
      <div class="sections">
        <fx-password-form (changed)="devices.reload()" />
        <fx-passkeys (added)="secured()" />
        <fx-two-steps (changed)="devices.reload(); secured()" />
        <fx-devices #devices />
        <fx-notices-form />
        <fx-appearance />
        <fx-email-form />
        <fx-profile-form />
        <fx-own-data />
      </div>
    </ng-container>
  `,
  styles: `
    .sections {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--fx-space-7);
    }
  `,
})
export class SecurityPage {
  private readonly store = inject(SessionStore);

  /** Nothing is due any more. */
  protected secured(): void {
    this.store.update({ secondFactorDueAt: undefined });
  }
}
