import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { AppearanceChoices } from '../ui/appearance-choices';
import { SettingsSection } from '../ui/settings-section';

/** Language and theme. */
@Component({
  selector: 'fx-appearance',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AppearanceChoices, SettingsSection, TranslocoDirective],
  template: `
    <fx-settings-section
      *transloco="let t"
      name="appearance"
      [heading]="t('security.appearance.title')"
      [text]="t('security.appearance.text')"
    >
      <fx-appearance-choices name="appearance" />
    </fx-settings-section>
  `,
  styles: `
    fx-appearance-choices {
      padding: var(--fx-space-5);
    }
    @media (max-width: 36rem) {
      fx-appearance-choices {
        padding: var(--fx-space-4);
      }
    }
  `,
})
export class Appearance {}
