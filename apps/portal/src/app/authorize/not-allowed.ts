import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import block from '@material-symbols/svg-400/rounded/block.svg';
import info from '@material-symbols/svg-400/rounded/info.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { MAX_APPROVAL_NOTE_LENGTH } from '@flixcheck/api-types/limits';
import { AuthorizationRequest } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { Publisher } from '../ui/publisher';
import { isOnThisDevice } from './on-this-device';

/** What came in the way of asking, by its text. */
export type AskTrouble =
  | 'authorize.refused.trouble.note'
  | 'authorize.refused.trouble.tooMany'
  | 'authorize.trouble.signOutFailed'
  | 'trouble.unreachable'
  | 'trouble.failed';

const REASONS = {
  not_for_account: 'authorize.refused.notForAccount',
  blocked: 'authorize.refused.blocked',
  not_verified: 'authorize.refused.notVerified',
  not_selected: 'authorize.refused.notSelected',
};

/** The company does not allow the application: why, how to ask for it, and the way back. */
@Component({
  selector: 'fx-not-allowed',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, FullName, Icon, Publisher, RouterLink, TranslocoDirective],
  templateUrl: './not-allowed.html',
  styleUrl: './not-allowed.scss',
})
export class NotAllowed {
  readonly request = input.required<AuthorizationRequest>();
  readonly busy = input(false);
  readonly trouble = input<AskTrouble | null>(null);
  /** With the note, which may be empty. */
  readonly ask = output<string>();
  /** With the id of the request. */
  readonly withdraw = output<string>();
  readonly turnBack = output();
  readonly switchUser = output();

  protected readonly formats = inject(Formats);
  private readonly notice = viewChild<ElementRef<HTMLElement>>('notice');
  private readonly state = viewChild<ElementRef<HTMLElement>>('state');
  private readonly note = viewChild<ElementRef<HTMLElement>>('note');

  protected readonly reason = computed(
    () => REASONS[this.request().refusal?.reason ?? 'not_selected'],
  );
  /** Flixcheck has decided it: nobody in the company can be asked. */
  protected readonly byFlixcheck = computed(
    () => this.request().refusal?.reason === 'not_for_account',
  );
  protected readonly asked = computed(() => this.request().refusal?.request ?? null);
  protected readonly mayDecide = computed(() => this.request().refusal?.mayDecide ?? false);
  protected readonly onThisDevice = computed(() => isOnThisDevice(this.request().redirectUri));

  protected readonly maxNote = MAX_APPROVAL_NOTE_LENGTH;
  protected readonly block = block;
  protected readonly info = info;
  protected readonly warning = warning;

  constructor() {
    afterRenderEffect(() => {
      if (this.trouble()) this.notice()?.nativeElement.focus();
    });
    let before: string | null | undefined;
    afterRenderEffect(() => {
      const now = this.asked()?.id ?? null;
      // What was pressed has gone: the answer takes the focus, or what can be done next.
      const changed = before !== undefined && before !== now;
      before = now;
      if (changed) (this.state() ?? this.note())?.nativeElement.focus();
    });
  }

  protected send(event: Event, note: string): void {
    event.preventDefault();
    // One line, as the queue shows it.
    this.ask.emit(note.replace(/\s+/g, ' ').trim());
  }
}
