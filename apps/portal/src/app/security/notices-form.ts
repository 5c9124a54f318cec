import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  linkedSignal,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { Envelope, NoticeChoices, OptionalNotice } from '../api/types';
import { Formats } from '../i18n/formats';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { SettingsSection } from '../ui/settings-section';
import { Trouble, troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';

const NOTICES = '/user/v7/users/me/notices';

/** The API says which there are: one without words does not compile. */
const WORDS: Record<OptionalNotice, string> = {
  'new-device': 'security.notices.kind.newDevice',
  'connection-made': 'security.notices.kind.connectionMade',
  'connection-widened': 'security.notices.kind.connectionWidened',
  'connection-ended': 'security.notices.kind.connectionEnded',
  'connection-ends': 'security.notices.kind.connectionEnds',
  'approval-decided': 'security.notices.kind.approvalDecided',
  'approval-requested': 'security.notices.kind.approvalRequested',
  'client-change-decided': 'security.notices.kind.changeDecided',
  'client-change-requested': 'security.notices.kind.changeRequested',
};

/** Which of the optional mails the user gets. */
@Component({
  selector: 'fx-notices-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [LoadError, SettingsSection, TranslocoDirective, Trouble, Waiting],
  templateUrl: './notices-form.html',
  styleUrl: './form.scss',
  styles: `
    fieldset {
      display: grid;
      gap: var(--fx-space-3);
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      margin-bottom: var(--fx-space-3);
      padding: 0;
      font-weight: var(--fx-weight-strong);
    }
    .pending {
      display: grid;
      gap: var(--fx-space-4);
      padding: var(--fx-space-5);
    }
    .line {
      width: 60%;
      height: 1.25rem;
    }
  `,
})
export class NoticesForm {
  private readonly api = inject(Api);
  private readonly messages = inject(Messages);
  private readonly formats = inject(Formats);

  private readonly choices = apiResource<Envelope<NoticeChoices>>(() => NOTICES);
  protected readonly error = computed(() => this.choices.error());
  private readonly stored = computed(() =>
    this.choices.hasValue() ? this.choices.value().resource.notices : null,
  );
  /** As it stands in the form. */
  protected readonly notices = linkedSignal(() => this.stored()?.map((each) => ({ ...each })));
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly words = WORDS;

  protected reload(): void {
    this.choices.reload();
  }

  protected choose(kind: OptionalNotice, event: Event): void {
    const wanted = (event.target as HTMLInputElement).checked;
    this.notices.update((all) =>
      all?.map((each) => (each.kind === kind ? { kind, wanted } : each)),
    );
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.trouble.set(null);
    this.busy.set(true);
    try {
      const muted = (this.notices() ?? []).filter(({ wanted }) => !wanted).map(({ kind }) => kind);
      await this.api.patch(NOTICES, { resource: { muted } });
      this.messages.show('security.notices.done');
    } catch (cause) {
      this.trouble.set(troubleWords(apiErrorFrom(cause), this.formats));
    } finally {
      this.busy.set(false);
    }
  }
}
