import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { CompanyDetails, Envelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { Confirmation } from '../ui/confirmation';
import { Deletion } from '../ui/deletion';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { SettingsSection } from '../ui/settings-section';
import { COMPANIES } from './companies-list';
import { connectionsInWords, peopleInWords } from './company-words';

/** Closes a company and opens it again; says before what that ends. */
@Component({
  selector: 'fx-company-ending',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [SettingsSection, TranslocoDirective],
  template: `
    <fx-settings-section
      *transloco="let t"
      name="ending"
      [heading]="t(open() ? 'companies.close.title' : 'companies.reopen.title')"
      [text]="t(open() ? 'companies.close.text' : 'companies.reopen.text')"
    >
      <div class="part">
        <p class="fx-small fx-muted" role="status">
          @if (open()) {
            {{ t('companies.close.summary') }}
          } @else {
            {{
              t('companies.reopen.summary', { at: formats.dateShort(company().keptUntil ?? '') })
            }}
          }
        </p>
        <button
          type="button"
          class="fx-button fx-button--compact"
          [class.fx-button--danger-quiet]="open()"
          [class.fx-button--secondary]="!open()"
          (click)="open() ? close() : reopen()"
        >
          {{ t(open() ? 'companies.close.action' : 'companies.reopen.action') }}
        </button>
      </div>
    </fx-settings-section>
  `,
  styles: `
    .part {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--fx-space-3) var(--fx-space-5);
      padding: var(--fx-space-5);
    }
    p {
      flex: 1 1 16rem;
    }
  `,
})
export class CompanyEnding {
  readonly company = input.required<CompanyDetails>();
  readonly changed = output<CompanyDetails>();

  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly deletion = inject(Deletion);
  private readonly messages = inject(Messages);
  protected readonly formats = inject(Formats);
  protected readonly open = computed(() => this.company().status === 'active');
  private readonly path = computed(() => `${COMPANIES}/${this.company().id}`);

  /** Its connections and invitations do not come back: the name has to be typed. */
  protected async close(): Promise<void> {
    const { name } = this.company();
    const closed = await this.deletion.ask(async () => ({
      heading: { text: 'companies.close.heading', values: { name } },
      points: await this.harm(),
      name,
      type: { text: 'companies.close.type', values: { name } },
      wrong: 'companies.close.wrong',
      confirm: 'companies.close.confirm',
      action: () => this.set('closed'),
    }));
    if (closed) this.messages.show('companies.close.done', { name });
  }

  protected async reopen(): Promise<void> {
    const values = { name: this.company().name };
    const done = await this.confirmation.ask({
      heading: { text: 'companies.reopen.heading', values },
      points: [{ text: 'companies.reopen.signIn' }, { text: 'companies.reopen.ended' }],
      confirm: { text: 'companies.reopen.confirm' },
      action: () => this.set('active'),
    });
    if (done) this.messages.show('companies.reopen.done', values);
  }

  private async set(status: CompanyDetails['status']): Promise<void> {
    const { resource } = await this.api.patch<Envelope<CompanyDetails>>(this.path(), {
      resource: { status },
    });
    this.changed.emit(resource);
  }

  /** What closing ends, with the numbers of this moment, or those of the page where they do not come. */
  private async harm(): Promise<Words[]> {
    const company = await this.api
      .get<Envelope<CompanyDetails>>(this.path())
      .then(({ resource }) => resource)
      .catch(() => this.company());
    const people = peopleInWords(company, this.formats).values;
    const connections = connectionsInWords(company, this.formats).values;
    const peopleText = this.formats.plural(company.people, {
      one: 'companies.close.people.one',
      other: 'companies.close.people.other',
    });
    const connectionsText = this.formats.plural(company.activeConnections, {
      one: 'companies.close.connections.one',
      other: 'companies.close.connections.other',
    });
    return [
      company.people > 0
        ? { text: peopleText, values: people }
        : { text: 'companies.close.people.none' },
      company.activeConnections > 0
        ? { text: connectionsText, values: connections }
        : { text: 'companies.close.connections.none' },
      { text: 'companies.close.invitations' },
      { text: 'companies.close.later', values: { days: this.formats.number(company.keptDays) } },
    ];
  }
}
