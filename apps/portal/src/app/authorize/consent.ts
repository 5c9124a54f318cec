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
import check from '@material-symbols/svg-400/rounded/check.svg';
import close from '@material-symbols/svg-400/rounded/close.svg';
import info from '@material-symbols/svg-400/rounded/info.svg';
import openInNew from '@material-symbols/svg-400/rounded/open_in_new.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { AuthorizationRequest } from '../api/types';
import { Formats } from '../i18n/formats';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { Monogram } from '../ui/monogram';
import { Publisher } from '../ui/publisher';
import type { Trouble } from './authorize-page';
import { Leave } from './leave';
import { termsOf } from './scope-terms';

const TROUBLE_TEXTS: Record<Trouble, string> = {
  'session-ended': 'authorize.trouble.sessionEnded',
  'other-user': 'authorize.trouble.otherUser',
  changed: 'authorize.trouble.changed',
  unreachable: 'authorize.trouble.unreachable',
  failed: 'authorize.trouble.failed',
  'sign-out-failed': 'authorize.trouble.signOutFailed',
};

/** What is asked, by whom, for whom, and the two answers. */
@Component({
  selector: 'fx-consent',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, Icon, Monogram, Publisher, RouterLink, TranslocoDirective],
  templateUrl: './consent.html',
  styleUrl: './consent.scss',
})
export class Consent {
  readonly request = input.required<AuthorizationRequest>();
  readonly busy = input(false);
  readonly trouble = input<Trouble | null>(null);
  readonly allow = output();
  readonly deny = output();
  readonly switchUser = output();
  readonly signIn = output();

  protected readonly formats = inject(Formats);
  private readonly leave = inject(Leave);
  private readonly notice = viewChild<ElementRef<HTMLElement>>('notice');

  protected readonly terms = computed(() =>
    termsOf(this.request().scopes, this.request().existingConnection),
  );
  protected readonly changes = computed(
    () => this.terms().dropped.length > 0 || this.terms().may.some((term) => term.added),
  );
  protected readonly troubleText = computed(() => {
    const trouble = this.trouble();
    return trouble ? TROUBLE_TEXTS[trouble] : null;
  });
  protected readonly privacyUri = computed(() =>
    this.leave.safe(this.request().client.privacyPolicyUri),
  );
  protected readonly homepageUri = computed(() =>
    this.leave.safe(this.request().client.homepageUri),
  );

  protected readonly check = check;
  protected readonly close = close;
  protected readonly info = info;
  protected readonly openInNew = openInNew;
  protected readonly warning = warning;

  constructor() {
    // What came in the way is read first, by eye and by screen reader.
    afterRenderEffect(() => {
      if (this.troubleText()) this.notice()?.nativeElement.focus();
    });
  }
}
