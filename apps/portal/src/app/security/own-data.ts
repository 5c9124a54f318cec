import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import downloadIcon from '@material-symbols/svg-400/rounded/download.svg';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { SaveFile } from '../ui/save-file';
import { SettingsSection } from '../ui/settings-section';
import { Trouble, troubleWords } from '../ui/trouble';

const EXPORT = '/user/v7/users/me/export';

/** All that is stored about the user, as a file. */
@Component({
  selector: 'fx-own-data',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, SettingsSection, TranslocoDirective, Trouble],
  template: `
    <fx-settings-section
      *transloco="let t"
      name="own-data"
      [heading]="t('security.ownData.title')"
      [text]="t('security.ownData.text')"
    >
      <div class="part">
        <fx-trouble [words]="trouble()" />
        <p class="fx-small fx-muted">{{ t('security.ownData.care') }}</p>
        <div>
          <button
            type="button"
            class="fx-button fx-button--secondary"
            [attr.aria-disabled]="busy() ? true : null"
            (click)="download()"
          >
            <fx-icon [svg]="downloadIcon" />{{
              t(busy() ? 'settings.confirm.busy' : 'security.ownData.download')
            }}
          </button>
        </div>
      </div>
    </fx-settings-section>
  `,
  styles: `
    .part {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--fx-space-4);
      padding: var(--fx-space-5);
    }
    @media (max-width: 36rem) {
      .part {
        padding: var(--fx-space-4);
      }
      .fx-button {
        width: 100%;
      }
    }
  `,
})
export class OwnData {
  private readonly api = inject(Api);
  private readonly file = inject(SaveFile);
  private readonly formats = inject(Formats);
  private readonly messages = inject(Messages);
  private readonly transloco = inject(TranslocoService);

  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly downloadIcon = downloadIcon;

  protected async download(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.trouble.set(null);
    try {
      const data = await this.api.get<object>(EXPORT);
      const name = this.transloco.translate('security.ownData.file');
      this.file.save(name, JSON.stringify(data, null, 2), 'application/json');
      this.messages.show('security.ownData.done');
    } catch (cause) {
      this.trouble.set(
        troubleWords(apiErrorFrom(cause), this.formats, {
          too_many_attempts: 'security.ownData.tooMany',
          other: 'security.ownData.failed',
        }),
      );
    } finally {
      this.busy.set(false);
    }
  }
}
