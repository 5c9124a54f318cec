import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  Injector,
  input,
  untracked,
  viewChild,
} from '@angular/core';
import { Params, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import block from '@material-symbols/svg-400/rounded/block.svg';
import personAdd from '@material-symbols/svg-400/rounded/person_add.svg';
import searchIcon from '@material-symbols/svg-400/rounded/search.svg';
import { searchFrom } from '../api/address-words';
import { TeamUser } from '../api/types';
import { Formats } from '../i18n/formats';
import { fullName } from '../people/full-name';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LeftRow, leftRow } from '../ui/left-row';
import { LoadError } from '../ui/load-error';
import { LoadMore } from '../ui/load-more';
import { Messages } from '../ui/messages';
import { PageState } from '../ui/page-state';
import { Words } from '../ui/question';
import { SearchField } from '../ui/search-field';
import { Waiting } from '../ui/waiting';
import { Erasure } from './erasure';
import { Invitations } from './invitations';
import { RequiredFactors } from './required-factors';
import { TeamTable } from './team-table';
import { TeamUsers } from './team-users';

const SORTS = [
  { value: 'name', text: 'team.sort.name' },
  { value: '-lastSignInAt', text: 'team.sort.lastSignIn' },
  { value: 'lastSignInAt', text: 'team.sort.longAway' },
  { value: '-createdAt', text: 'team.sort.newest' },
];

const ROLE_CHANGE_TEXTS = {
  admin: {
    heading: 'team.changeRole.toAdmin.heading',
    rights: 'team.changeRole.toAdmin.rights',
    signedOut: 'team.changeRole.toAdmin.signedOut',
    confirm: 'team.changeRole.toAdmin.confirm',
    done: 'team.changeRole.toAdmin.done',
  },
  member: {
    heading: 'team.changeRole.toMember.heading',
    rights: 'team.changeRole.toMember.rights',
    signedOut: 'team.changeRole.toMember.signedOut',
    confirm: 'team.changeRole.toMember.confirm',
    done: 'team.changeRole.toMember.done',
  },
};

/** For admins: who is in the account, what they have connected, and shutting somebody out. */
@Component({
  selector: 'fx-team-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Icon,
    Invitations,
    LoadError,
    LoadMore,
    PageState,
    RequiredFactors,
    RouterLink,
    SearchField,
    TeamTable,
    TranslocoDirective,
    Waiting,
  ],
  providers: [TeamUsers],
  templateUrl: './team-page.html',
  styleUrl: './team-page.scss',
})
export class TeamPage {
  protected readonly team = inject(TeamUsers);
  protected readonly formats = inject(Formats);
  private readonly session = inject(SessionStore);
  private readonly confirmation = inject(Confirmation);
  private readonly erasure = inject(Erasure);
  private readonly messages = inject(Messages);
  private readonly table = viewChild(TeamTable);
  private readonly searchField = viewChild(SearchField);
  private readonly requiredFactors = viewChild(RequiredFactors);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);

  readonly q = input<string>();
  readonly sort = input<string>();
  protected readonly search = computed(() => searchFrom(this.q()) ?? '');
  protected readonly sorts = SORTS;
  protected readonly sorted = computed(
    () => SORTS.find(({ value }) => value === this.sort())?.value ?? 'name',
  );
  protected readonly ownId = computed(() => this.session.user()?.id ?? null);

  protected readonly block = block;
  protected readonly personAdd = personAdd;
  protected readonly searchIcon = searchIcon;

  constructor() {
    effect(() => this.team.query.set({ q: this.search(), sort: this.sorted() }));
    const left = leftRow();
    if (!left) return;
    const waiting = effect(() => {
      if (!this.team.users()) return;
      waiting.destroy();
      untracked(() => void this.comeBack(left));
    });
  }

  /** A section below the list, which can be long. */
  protected goTo(headingId: string): void {
    const heading = document.getElementById(headingId);
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView();
  }

  protected find(q: string): void {
    this.narrow({ q: q || null });
  }

  protected findAll(): void {
    this.narrow({ q: null });
    this.searchField()?.focus();
  }

  protected sortBy(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.narrow({ sort: value === 'name' ? null : value });
  }

  /** What narrows the list is in the address, to be kept and sent. */
  private narrow(queryParams: Params): void {
    void this.router.navigate([], {
      queryParams,
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }

  protected async loadMore(): Promise<void> {
    const first = await this.team.loadMore();
    if (first) this.table()?.focus(first.id);
  }

  /** To the person whose connections were looked at. */
  private async comeBack({ id, shown }: LeftRow): Promise<void> {
    await this.team.showUpTo(shown);
    afterNextRender(() => this.table()?.comeBackTo(id), { injector: this.injector });
  }

  protected async changeStatus(user: TeamUser): Promise<void> {
    const values = { name: fullName(user) };
    const disable = user.status === 'active';
    const done = await this.confirmation.ask({
      heading: { text: disable ? 'team.disable.heading' : 'team.enable.heading', values },
      email: user.email,
      points: disable ? this.disablePoints(user) : this.enablePoints(user),
      confirm: { text: disable ? 'team.disable.confirm' : 'team.enable.confirm' },
      danger: disable,
      action: () => this.team.setStatus(user.id, disable ? 'disabled' : 'active'),
    });
    if (!done) return;
    this.say(disable ? 'team.disable.done' : 'team.enable.done', user);
    this.requiredFactors()?.reload();
  }

  protected async changeRole(user: TeamUser): Promise<void> {
    const values = { name: fullName(user) };
    const role = user.role === 'admin' ? 'member' : 'admin';
    const texts = ROLE_CHANGE_TEXTS[role];
    const done = await this.confirmation.ask({
      heading: { text: texts.heading, values },
      email: user.email,
      points: [
        { text: texts.rights, values },
        { text: texts.signedOut, values },
      ],
      confirm: { text: texts.confirm },
      danger: role === 'member',
      action: () => this.team.setRole(user.id, role),
    });
    if (done) this.say(texts.done, user);
  }

  /** For a device that is lost: the person goes on working on another one. */
  protected async signOut(user: TeamUser): Promise<void> {
    const name = fullName(user);
    const count = user.activeConnections;
    let ended = 0;
    const done = await this.confirmation.ask({
      heading: { text: 'team.signOut.heading', values: { name } },
      email: user.email,
      points: [
        { text: 'team.signOut.sessions', values: { name } },
        { text: 'team.signOut.signIn', values: { name } },
        {
          text:
            count === 0
              ? 'team.signOut.connections.none'
              : this.formats.plural(count, {
                  one: 'team.signOut.connections.one',
                  other: 'team.signOut.connections.other',
                }),
          values: { count: this.formats.number(count) },
        },
      ],
      confirm: { text: 'team.signOut.confirm' },
      danger: true,
      action: async () => {
        ended = await this.team.signOut(user.id);
      },
    });
    if (done) this.say(ended === 0 ? 'team.signOut.none' : 'team.signOut.done', user);
  }

  /** For somebody who has lost the app and the recovery codes. */
  protected async resetFactor(user: TeamUser): Promise<void> {
    const values = { name: fullName(user) };
    let waits = false;
    const done = await this.confirmation.ask(async () => ({
      heading: { text: 'team.resetFactor.heading', values },
      email: user.email,
      points: [
        { text: 'team.resetFactor.sure', values },
        await this.resetWait(values.name),
        { text: 'team.resetFactor.password', values },
        { text: 'team.resetFactor.signedOut', values },
      ],
      confirm: { text: 'team.resetFactor.confirm' },
      danger: true,
      action: async () => {
        waits = await this.team.resetFactor(user.id);
      },
    }));
    if (!done) return;
    this.say(waits ? 'team.resetFactor.done' : 'team.resetFactor.doneAtOnce', user);
    this.requiredFactors()?.reload();
    // The button goes: there is nothing left to reset.
    this.table()?.focus(user.id);
  }

  /** How long the person has time to object, as the installation has it. */
  private async resetWait(name: string): Promise<Words> {
    const hours = this.requiredFactors()?.state()?.resetHours ?? (await this.team.resetHours());
    if (hours === undefined) return { text: 'team.resetFactor.waitUnknown', values: { name } };
    if (hours === 0) return { text: 'team.resetFactor.atOnce', values: { name } };
    const text = this.formats.plural(hours, {
      one: 'team.resetFactor.waiting.one',
      other: 'team.resetFactor.waiting.other',
    });
    return { text, values: { name, count: this.formats.number(hours) } };
  }

  protected async keepFactor(user: TeamUser): Promise<void> {
    const values = { name: fullName(user) };
    const done = await this.confirmation.ask({
      heading: { text: 'team.factorReset.heading', values },
      email: user.email,
      points: [{ text: 'team.factorReset.stays', values }, { text: 'team.factorReset.again' }],
      confirm: { text: 'team.factorReset.confirm' },
      danger: false,
      action: () => this.team.keepFactor(user.id),
    });
    if (!done) return;
    this.say('team.factorReset.done', user);
    this.table()?.focus(user.id);
  }

  /** Two people may have the same name; their addresses differ. */
  private say(done: string, user: TeamUser): void {
    this.messages.show(done, { name: `${fullName(user)} (${user.email})` });
  }

  /** For somebody who has left, and is shut out already. */
  protected async erase(user: TeamUser): Promise<void> {
    if (!(await this.erasure.ask(user))) return;
    this.say('team.erase.done', user);
    this.team.reload();
    this.requiredFactors()?.reload();
    this.searchField()?.focus();
  }

  private disablePoints(user: TeamUser): Words[] {
    const name = fullName(user);
    const count = user.activeConnections;
    const connections =
      count === 0
        ? 'team.disable.connections.none'
        : this.formats.plural(count, {
            one: 'team.disable.connections.one',
            other: 'team.disable.connections.other',
          });
    return [
      { text: 'team.disable.sessions', values: { name } },
      { text: connections, values: { count: this.formats.number(count), name } },
      ...(count === 0 ? [] : [{ text: 'team.disable.data' }]),
      { text: 'team.disable.later' },
    ];
  }

  private enablePoints(user: TeamUser): Words[] {
    return [
      { text: 'team.enable.signIn', values: { name: fullName(user) } },
      { text: 'team.enable.connections' },
    ];
  }
}
