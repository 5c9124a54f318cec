import {
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import block from '@material-symbols/svg-400/rounded/block.svg';
import searchIcon from '@material-symbols/svg-400/rounded/search.svg';
import { TeamUser } from '../api/types';
import { Formats } from '../i18n/formats';
import { SessionStore } from '../session/session-store';
import { Confirmation, Words } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { PageState } from '../ui/page-state';
import { Waiting } from '../ui/waiting';
import { matches } from './people-search';
import { TeamTable } from './team-table';
import { TeamUsers } from './team-users';

/** For admins: who is in the account, what they have connected, and shutting somebody out. */
@Component({
  selector: 'fx-team-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, LoadError, PageState, RouterLink, TeamTable, TranslocoDirective, Waiting],
  providers: [TeamUsers],
  templateUrl: './team-page.html',
  styleUrl: './team-page.scss',
})
export class TeamPage {
  protected readonly team = inject(TeamUsers);
  protected readonly formats = inject(Formats);
  private readonly session = inject(SessionStore);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly table = viewChild(TeamTable);
  private readonly searchInput = viewChild<ElementRef<HTMLInputElement>>('search');

  protected readonly search = signal('');
  protected readonly found = computed(() =>
    (this.team.users() ?? []).filter((user) => matches(user, this.search())),
  );
  protected readonly ownId = computed(() => this.session.user()?.id ?? null);

  protected readonly block = block;
  protected readonly searchIcon = searchIcon;

  protected find(event: Event): void {
    this.search.set((event.target as HTMLInputElement).value);
  }

  protected findAll(): void {
    this.search.set('');
    this.searchInput()?.nativeElement.focus();
  }

  protected async loadMore(): Promise<void> {
    const first = await this.team.loadMore();
    if (first) this.table()?.focus(first.id);
  }

  protected async changeStatus(user: TeamUser): Promise<void> {
    const values = { name: `${user.firstName} ${user.lastName}` };
    const disable = user.status === 'active';
    const done = await this.confirmation.ask({
      heading: { text: disable ? 'team.disable.heading' : 'team.enable.heading', values },
      points: disable ? this.disablePoints(user) : this.enablePoints(user),
      confirm: { text: disable ? 'team.disable.confirm' : 'team.enable.confirm' },
      danger: disable,
      action: () => this.team.setStatus(user.id, disable ? 'disabled' : 'active'),
    });
    if (done) this.messages.show(disable ? 'team.disable.done' : 'team.enable.done', values);
  }

  private disablePoints(user: TeamUser): Words[] {
    const name = `${user.firstName} ${user.lastName}`;
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
      { text: 'team.enable.signIn', values: { name: `${user.firstName} ${user.lastName}` } },
      { text: 'team.enable.connections' },
    ];
  }
}
