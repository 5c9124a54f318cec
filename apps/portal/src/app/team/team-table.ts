import {
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  input,
  output,
  afterNextRender,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Role, FactorReset, TeamUser } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName, fullName } from '../people/full-name';
import { namesakesAmong } from '../people/namesakes';
import { leaveRow } from '../ui/left-row';
import { Moment } from '../ui/moment';
import { Monogram } from '../ui/monogram';

const ROLE_TEXTS: Record<Role, string> = {
  member: 'team.role.member',
  admin: 'team.role.admin',
  operator: 'team.role.operator',
};

/** One row a person; where there is no room for a table, one card. */
@Component({
  selector: 'fx-team-table',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FullName, Moment, Monogram, RouterLink, TranslocoDirective],
  templateUrl: './team-table.html',
  styleUrl: './team-table.scss',
})
export class TeamTable {
  readonly users = input.required<readonly TeamUser[]>();
  readonly ownId = input.required<string | null>();
  readonly changeStatus = output<TeamUser>();
  readonly changeRole = output<TeamUser>();
  readonly signOut = output<TeamUser>();
  readonly resetFactor = output<TeamUser>();
  readonly keepFactor = output<TeamUser>();
  readonly erase = output<TeamUser>();

  protected readonly formats = inject(Formats);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly injector = inject(Injector);
  protected readonly roleTexts = ROLE_TEXTS;

  private readonly namesakes = computed(() => namesakesAmong(this.users()));

  /** What the buttons of a row call its person. */
  protected called(user: NonNullable<FactorReset['askedBy']>): string {
    const name = fullName(user);
    return this.namesakes().has(user.id) ? `${name} (${user.email})` : name;
  }

  /** Nobody gives up their own rights by accident: a colleague takes them back after a handover. */
  protected mayChangeRole({ id, role, status }: TeamUser): boolean {
    return id !== this.ownId() && role !== 'operator' && status === 'active';
  }

  /** Where there is no room, an address breaks before its host rather than anywhere. */
  protected emailParts(email: string): string[] {
    return email.split(/(?=@)/);
  }

  /** The link to the person's connections has been followed. */
  protected leave(id: string): void {
    leaveRow({ id, shown: this.users().length });
  }

  /** Puts the focus on a person who has just been added to the list. */
  focus(id: string): void {
    this.find(`[data-user="${id}"]`, (name) => name.focus());
  }

  /** Puts the focus on the link by which this page was left, in the middle of the screen. */
  comeBackTo(id: string): void {
    this.find(`[data-connections-of="${CSS.escape(id)}"]`, (link) => {
      link.focus({ preventScroll: true });
      link.scrollIntoView({ block: 'center' });
    });
  }

  private find(selector: string, act: (element: HTMLElement) => void): void {
    afterNextRender(
      () => {
        const element = this.host.nativeElement.querySelector<HTMLElement>(selector);
        if (element) act(element);
      },
      { injector: this.injector },
    );
  }
}
