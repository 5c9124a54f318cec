import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import block from '@material-symbols/svg-400/rounded/block.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { MAX_INVITED } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { ApiError, apiErrorFrom } from '../api/problem';
import { InvitedInput, Language } from '../api/types';
import { Formats } from '../i18n/formats';
import { refusedUnless } from '../session/refused-unless';
import { SessionStore } from '../session/session-store';
import { BackLink } from '../ui/back-link';
import { Icon } from '../ui/icon';
import { LanguageField } from '../ui/language-field';
import { Messages } from '../ui/messages';
import { PageState } from '../ui/page-state';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { InvitedLine, invitedPeople } from './invited-people';

const LINE_ERRORS: Record<string, string> = {
  already_member: 'team.invite.errors.member',
  already_invited: 'team.invite.errors.invited',
  duplicate: 'team.invite.errors.duplicate',
};
const TROUBLES: Record<string, string> = {
  too_many_attempts: 'team.invite.trouble.tooMany',
  forbidden: 'team.invite.trouble.forbidden',
  session_required: 'settings.sessionEnded',
  other: 'team.invite.trouble.other',
};

const ROLE_TEXTS: Record<InvitedInput['role'], { name: string; about: string }> = {
  member: { name: 'team.role.member', about: 'team.invite.about.member' },
  admin: { name: 'team.role.admin', about: 'team.invite.about.admin' },
};

interface Draft {
  people: string;
  role: InvitedInput['role'];
  language: Language | null;
}

interface LineError {
  invited: InvitedLine;
  line: number;
  shown: string;
  text: string;
}

/** For admins: invites colleagues, one or many, with the same role and language. */
@Component({
  selector: 'fx-invite-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BackLink, Icon, LanguageField, PageState, RouterLink, TranslocoDirective, Trouble],
  templateUrl: './invite-page.html',
  styleUrl: './invite-page.scss',
})
export class InvitePage {
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly messages = inject(Messages);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  protected readonly formats = inject(Formats);
  private readonly peopleField = viewChild<ElementRef<HTMLTextAreaElement>>('peopleField');

  protected readonly forbidden = refusedUnless('isAdmin');
  /** What had been typed when the session ended. */
  private readonly kept: Draft | null = inject(UnsavedChanges).watch({
    name: 'people',
    loss: () => (this.lines().length > 0 ? 'unsent' : null),
    draft: () => ({
      people: this.people(),
      role: this.role(),
      language: this.chosenLanguage(),
    }),
  });
  protected readonly people = signal(this.kept?.people ?? '');
  protected readonly role = signal(this.kept?.role ?? 'member');
  protected readonly chosenLanguage = signal(this.kept?.language ?? null);
  protected readonly language = computed(
    () => this.chosenLanguage() ?? this.session.user()?.locale ?? 'de',
  );
  protected readonly lines = computed(() => invitedPeople(this.people()));
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly problem = signal<string | null>(null);
  protected readonly lineErrors = signal<readonly LineError[]>([]);
  protected readonly invalid = computed(
    () => this.problem() !== null || this.lineErrors().length > 0,
  );

  protected readonly icons = { block, error: errorIcon };
  protected readonly max = MAX_INVITED;
  protected readonly roles = ['member', 'admin'] as const;
  protected readonly texts = ROLE_TEXTS;

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.trouble.set(null);
    this.problem.set(null);
    const lines = this.lines();
    this.lineErrors.set(
      lines.filter(({ person }) => !person).map((line) => errorAt(line, 'unreadable')),
    );
    if (lines.length === 0) this.problem.set('team.invite.errors.missing');
    else if (lines.length > MAX_INVITED) this.problem.set('team.invite.errors.tooMany');
    if (this.invalid()) return this.focusPeople();
    this.busy.set(true);
    try {
      const invitations = lines.flatMap(({ person }): InvitedInput[] =>
        person ? [{ ...person, role: this.role(), locale: this.language() }] : [],
      );
      await this.api.post('/user/v7/invitations', { resource: { invitations } });
      this.people.set('');
      await this.router.navigateByUrl('/settings/team');
      const count = invitations.length;
      const text = this.formats.plural(count, {
        one: 'team.invite.doneOne',
        other: 'team.invite.doneOther',
      });
      this.messages.show(text, { count: this.formats.number(count) });
    } catch (cause) {
      this.explain(apiErrorFrom(cause), lines);
    } finally {
      this.busy.set(false);
    }
  }

  private explain(error: ApiError, lines: readonly InvitedLine[]): void {
    const found = error.problem.errors.flatMap(({ field, code }) => {
      const index = /^invitations\.(\d+)\./.exec(field)?.[1];
      const line = lines[Number(index)];
      return index === undefined || !line ? [] : [errorAt(line, code)];
    });
    // One person may be wrong in several ways; the first says enough.
    this.lineErrors.set(
      found.filter(({ invited }, at) => found.findIndex((e) => e.invited === invited) === at),
    );
    if (found.length > 0) this.focusPeople();
    else this.trouble.set(troubleWords(error, this.formats, TROUBLES));
  }

  private focusPeople(): void {
    afterNextRender(() => this.peopleField()?.nativeElement.focus(), { injector: this.injector });
  }
}

function errorAt(invited: InvitedLine, code: string): LineError {
  const { line, text } = invited;
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return { invited, line, shown, text: LINE_ERRORS[code] ?? 'team.invite.errors.unreadable' };
}
