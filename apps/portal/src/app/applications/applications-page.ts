import {
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import block from '@material-symbols/svg-400/rounded/block.svg';
import { Api } from '../api/api';
import { apiResource, apiWholeList, keptValue } from '../api/api-resource';
import {
  AccountPolicy,
  ChangedPolicy,
  DecidedClient,
  Envelope,
  Policy,
  PolicyClient,
  PolicyEffect,
} from '../api/types';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { KnownScopes } from '../scopes/known-scopes';
import { askFor, scopeName, viewOnlyPart } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { PageState } from '../ui/page-state';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import type { AdvanceInput } from './advance-dialog';
import { AdvanceFlow } from './advance-flow';
import { ApprovalQueue } from './approval-queue';
import { type Advance, type Decided, PolicyClients } from './policy-clients';
import { WaitingApprovals } from './waiting-approvals';

const PATH = '/user/v7/account-policy';

const POLICIES: { value: Policy; text: string; hint: string }[] = [
  {
    value: 'every',
    text: 'applications.policy.every',
    hint: 'applications.policy.everyHint',
  },
  {
    value: 'verified',
    text: 'applications.policy.verified',
    hint: 'applications.policy.verifiedHint',
  },
  {
    value: 'selected',
    text: 'applications.policy.selected',
    hint: 'applications.policy.selectedHint',
  },
];

const ENDS = { one: 'applications.block.ends.one', other: 'applications.block.ends.other' };
const DECLINES = {
  one: 'applications.block.declines.one',
  other: 'applications.block.declines.other',
};
const GO_ON = { one: 'applications.effect.goOn.one', other: 'applications.effect.goOn.other' };
const APPROVES = {
  one: 'applications.effect.approves.one',
  other: 'applications.effect.approves.other',
};
/** What has been changed, alone or with requests that it has approved. */
const DONE = {
  policy: {
    none: 'applications.policy.done',
    one: 'applications.policy.doneApproved.one',
    other: 'applications.policy.doneApproved.other',
  },
  allow: {
    none: 'applications.allow.done',
    one: 'applications.allow.doneApproved.one',
    other: 'applications.allow.doneApproved.other',
  },
  leave: {
    none: 'applications.leave.done',
    one: 'applications.leave.doneApproved.one',
    other: 'applications.leave.doneApproved.other',
  },
};

/** For admins: which applications the company allows, and who has asked for more. */
@Component({
  selector: 'fx-applications-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ApprovalQueue,
    LoadError,
    PageState,
    PolicyClients,
    RouterLink,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './applications-page.html',
  styleUrl: './applications-page.scss',
})
export class ApplicationsPage {
  protected readonly session = inject(SessionStore);
  private readonly formats = inject(Formats);
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly advanceFlow = inject(AdvanceFlow);
  private readonly messages = inject(Messages);
  private readonly scopes = inject(KnownScopes);
  private readonly waiting = inject(WaitingApprovals);
  private readonly queueHeading = viewChild<ElementRef<HTMLElement>>('queueHeading');

  protected readonly policies = POLICIES;
  protected readonly block = block;

  // Where it is not known who asks, the API decides.
  private readonly known = computed(() => this.session.user());
  private readonly allowed = computed(() => this.known() === null || this.session.isAdmin());
  private readonly policyAnswer = apiResource<Envelope<AccountPolicy>>(() =>
    this.allowed() ? PATH : undefined,
  );
  private readonly clientsAnswer = apiWholeList<PolicyClient>(() =>
    this.allowed() ? `${PATH}/oauth-clients` : undefined,
  );
  private readonly policy = keptValue(this.policyAnswer);
  protected readonly present = computed(() => this.policy()?.resource.allows);
  protected readonly clients = keptValue(this.clientsAnswer);
  protected readonly requests = this.waiting.requests;
  /** What had been chosen when the session ended. */
  private readonly kept: { policy?: Policy } | null = inject(UnsavedChanges).watch({
    name: 'policy',
    loss: () => (this.changed() ? 'choice' : null),
    draft: () => ({ policy: this.chosen() }),
  });
  protected readonly chosen = linkedSignal<Policy | undefined, Policy | undefined>({
    source: this.present,
    computation: (present, before) =>
      present && !before?.source ? (this.kept?.policy ?? present) : present,
  });
  protected readonly changed = computed(() => this.chosen() !== this.present());
  protected readonly saving = signal(false);
  protected readonly failed = signal<Words | null>(null);

  protected readonly error = computed(() =>
    this.policy() && this.clients() && this.requests()
      ? undefined
      : (this.policyAnswer.error() ?? this.clientsAnswer.error() ?? this.waiting.error()),
  );
  protected readonly loaded = computed(
    () =>
      this.policy() !== undefined && this.clients() !== undefined && this.requests() !== undefined,
  );
  protected readonly forbidden = computed(
    () =>
      (this.known() !== null && !this.session.isAdmin()) ||
      (this.policyAnswer.error() !== undefined &&
        apiErrorFrom(this.policyAnswer.error()).code === 'forbidden'),
  );

  constructor() {
    // The frame may have asked long ago. While its first request is on the way, no second one goes out.
    this.waiting.reload();
  }

  protected reload(): void {
    this.policyAnswer.reload();
    this.clientsAnswer.reload();
    this.waiting.reload();
  }

  /** Says in numbers what would stop and what would be approved, if anything would. */
  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    const allows = this.chosen();
    if (!allows || !this.changed() || this.saving()) return;
    this.saving.set(true);
    this.failed.set(null);
    try {
      const { resource: effect } = await this.api.get<Envelope<PolicyEffect>>(
        `${PATH}/effect?allows=${allows}`,
      );
      const asks = effect.connections > 0 || effect.approvedRequests > 0;
      // Nothing is being saved while somebody reads what it would do.
      if (asks) this.saving.set(false);
      const changed = asks ? await this.confirm(allows, effect) : await this.write(allows, false);
      if (!changed) return;
      this.sayDone(DONE.policy, changed);
      this.reload();
    } catch (cause) {
      this.failed.set(troubleWords(apiErrorFrom(cause), this.formats));
    } finally {
      this.saving.set(false);
    }
  }

  protected async decide({ client, decision }: Decided): Promise<void> {
    const values = { app: client.name, account: this.session.account()?.name };
    let decided: DecidedClient | undefined;
    const write = async (endConnections: boolean) => {
      const path = `${PATH}/oauth-clients/${client.id}`;
      const answer = await this.api.patch<Envelope<DecidedClient>>(path, {
        resource: { decision, endConnections },
      });
      decided = answer.resource;
    };
    const connections = this.formats.number(client.activeConnections);
    if (decision === 'blocked') {
      const waiting = (this.requests() ?? []).filter(
        ({ client: { clientId } }) => clientId === client.clientId,
      ).length;
      const done = await this.confirmation.ask({
        heading: { text: 'applications.block.heading', values },
        points: [
          ...(client.activeConnections > 0 ? [this.counted(ENDS, client.activeConnections)] : []),
          { text: 'applications.block.nobody', values },
          ...(waiting > 0 ? [this.counted(DECLINES, waiting)] : []),
          ...(client.activeConnections > 0 ? [{ text: 'applications.block.later' }] : []),
        ],
        confirm: { text: 'applications.block.confirm' },
        danger: true,
        action: () => write(false),
      });
      if (!done) return;
      this.messages.show('applications.block.done', values);
    } else if (decision === null && this.wouldRefuse(client) && client.activeConnections > 0) {
      const done = await this.confirmation.ask({
        heading: { text: 'applications.leave.heading', values },
        points: [
          { text: 'applications.leave.nobody', values },
          this.counted(GO_ON, client.activeConnections),
        ],
        option: { text: 'applications.effect.end', values: { connections } },
        confirm: { text: 'applications.leave.confirm' },
        action: write,
      });
      if (!done) return;
      this.messages.show('applications.leave.done', values);
    } else {
      try {
        await write(false);
      } catch (cause) {
        this.sayWhy(cause);
        return;
      }
      this.sayDone(decision === 'allowed' ? DONE.allow : DONE.leave, decided, values);
    }
    this.reload();
  }

  /** Grants an application in advance what it may ask for, or has people asked again. */
  protected async decideInAdvance({ client, granted }: Advance): Promise<void> {
    const values = { app: client.name };
    const write = async (input: AdvanceInput | { advanceScope: null }) => {
      await this.api.patch<Envelope<DecidedClient>>(`${PATH}/oauth-clients/${client.id}`, {
        resource: { decision: 'allowed', ...input },
      });
    };
    if (granted) {
      const table = this.scopes.table();
      const scope = askFor(client.scopes, table);
      const done = await this.advanceFlow.run({
        client,
        account: this.session.account()?.name ?? '',
        scope,
        rights: scopeName(scope, table, this.formats.language()),
        viewOnlyScope: viewOnlyPart(scope, table),
        action: write,
      });
      if (!done) return;
    } else {
      try {
        await write({ advanceScope: null });
      } catch (cause) {
        this.sayWhy(cause);
        return;
      }
      this.messages.show('applications.advance.asked', values);
    }
    this.reload();
  }

  /** The queue has got shorter, and with it went what had the focus. */
  protected answered(): void {
    this.queueHeading()?.nativeElement.focus();
    this.reload();
  }

  private wouldRefuse({ publisherVerified }: PolicyClient): boolean {
    const present = this.present();
    return present === 'selected' || (present === 'verified' && !publisherVerified);
  }

  private async confirm(
    allows: Policy,
    { connections, clients, approvedRequests, approvedClients }: PolicyEffect,
  ): Promise<ChangedPolicy | undefined> {
    let changed: ChangedPolicy | undefined;
    const stops = {
      points: [
        {
          text: this.formats.plural(clients.length, {
            one: 'applications.effect.apps.one',
            other: 'applications.effect.apps.other',
          }),
          values: {
            count: this.formats.number(clients.length),
            apps: this.formats.list(clients.map(({ name }) => name)),
          },
        },
        this.counted(GO_ON, connections),
      ],
      option: {
        text: 'applications.effect.end',
        values: { connections: this.formats.number(connections) },
      },
    };
    const apps = this.formats.list(approvedClients.map(({ name }) => name));
    const approves = this.counted(APPROVES, approvedRequests, { apps });
    await this.confirmation.ask({
      heading: { text: effectHeading(connections > 0, approvedRequests > 0) },
      points: [
        ...(connections > 0 ? stops.points : []),
        ...(approvedRequests > 0 ? [approves] : []),
      ],
      ...(connections > 0 && { option: stops.option }),
      confirm: { text: 'applications.policy.save' },
      action: async (endConnections) => {
        changed = await this.write(allows, endConnections);
      },
    });
    return changed;
  }

  private async write(allows: Policy, endConnections: boolean): Promise<ChangedPolicy> {
    const resource = { allows, endConnections };
    return (await this.api.patch<Envelope<ChangedPolicy>>(PATH, { resource })).resource;
  }

  /** With the requests that have gone from the queue by it. */
  private sayDone(
    { none, ...forms }: (typeof DONE)['policy'],
    answer: Pick<ChangedPolicy, 'approvedRequests'> | undefined,
    values?: Record<string, unknown>,
  ): void {
    const approved = answer?.approvedRequests ?? 0;
    const said = approved > 0 ? this.counted(forms, approved, values) : { text: none, values };
    this.messages.show(said.text, said.values);
  }

  private sayWhy(cause: unknown): void {
    const { text, values } = troubleWords(apiErrorFrom(cause), this.formats);
    this.messages.show(text, values);
  }

  private counted(
    forms: { one: string; other: string },
    count: number,
    more?: Record<string, unknown>,
  ): Words {
    return {
      text: this.formats.plural(count, forms),
      values: { ...more, count: this.formats.number(count) },
    };
  }
}

function effectHeading(stops: boolean, approves: boolean): string {
  if (stops && approves) return 'applications.effect.headingBoth';
  return stops ? 'applications.effect.heading' : 'applications.effect.headingMore';
}
