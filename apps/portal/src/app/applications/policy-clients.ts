import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  DOCUMENT,
  ElementRef,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import apps from '@material-symbols/svg-400/rounded/apps.svg';
import block from '@material-symbols/svg-400/rounded/block.svg';
import check from '@material-symbols/svg-400/rounded/check.svg';
import { PolicyClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName, nameAndEmail } from '../people/full-name';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { PageState } from '../ui/page-state';
import { Publisher } from '../ui/publisher';
import { Words } from '../ui/question';
import { SearchField } from '../ui/search-field';

export interface Decided {
  client: PolicyClient;
  decision: PolicyClient['decision'];
}

export interface Advance {
  client: PolicyClient;
  /** Whether to choose for whom it is granted in advance; otherwise people are asked again. */
  granted: boolean;
}

/** More names than that are counted. */
const NAMED = 3;
/** With more than these, people look for one. */
const SEARCH_FROM = 8;

/** The company's applications, each with what holds for it and what an admin can do. */
@Component({
  selector: 'fx-policy-clients',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, FullName, Icon, PageState, Publisher, SearchField, TranslocoDirective],
  templateUrl: './policy-clients.html',
  styleUrls: ['./entries.scss', './policy-clients.scss'],
})
export class PolicyClients {
  readonly clients = input.required<PolicyClient[]>();
  readonly decided = output<Decided>();
  readonly advance = output<Advance>();

  protected readonly formats = inject(Formats);
  protected readonly icons = { apps, block, check };
  protected readonly term = signal('');
  protected readonly searchable = computed(() => this.clients().length >= SEARCH_FROM);
  protected readonly found = computed(() => {
    const term = this.term().trim().toLocaleLowerCase();
    return this.clients().filter(({ name, publisher }) =>
      `${name} ${publisher}`.toLocaleLowerCase().includes(term),
    );
  });

  private readonly document = inject(DOCUMENT);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  /** The application whose buttons are about to be replaced. */
  private acted: string | null = null;

  constructor() {
    afterRenderEffect(() => {
      this.clients();
      if (this.acted === null) return;
      const row = this.host.nativeElement.querySelector(`[data-client="${this.acted}"]`);
      this.acted = null;
      const lost = this.document.activeElement === this.document.body;
      if (lost) row?.querySelector<HTMLElement>('h3')?.focus();
    });
  }

  protected decide(client: PolicyClient, decision: PolicyClient['decision']): void {
    this.acted = client.id;
    this.decided.emit({ client, decision });
  }

  protected decideInAdvance(client: PolicyClient, granted: boolean): void {
    this.acted = client.id;
    this.advance.emit({ client, granted });
  }

  protected statusOf({ allowed, refusal, advanceScope }: PolicyClient): string {
    if (refusal === 'not_for_account') return 'applications.apps.notAllowed';
    if (advanceScope !== null) return 'applications.apps.advanced';
    if (allowed) return 'applications.apps.allowed';
    return refusal === 'blocked' ? 'applications.apps.blocked' : 'applications.apps.notAllowed';
  }

  protected forWhom({ advanceUsers }: PolicyClient): Words {
    if (advanceUsers === null) return { text: 'applications.apps.forEverybody' };
    const names = advanceUsers.map(nameAndEmail);
    if (names.length <= NAMED) {
      return { text: 'applications.apps.forPeople', values: { people: this.formats.list(names) } };
    }
    return {
      text: 'applications.apps.forMore',
      values: {
        people: names.slice(0, NAMED - 1).join(', '),
        count: this.formats.number(names.length - NAMED + 1),
      },
    };
  }

  /** Why that holds. */
  protected whyOf({ decision, refusal }: PolicyClient): string {
    if (refusal === 'not_for_account') return 'applications.apps.notForAccount';
    if (decision !== null) return 'applications.apps.byAdmin';
    return refusal === 'not_verified'
      ? 'applications.apps.notVerified'
      : 'applications.apps.byPolicy';
  }
}
