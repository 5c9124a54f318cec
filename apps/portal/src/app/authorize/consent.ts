import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  linkedSignal,
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
import { FullName } from '../people/full-name';
import { Right, termsOf, viewOnlyPart } from '../scopes/scope-words';
import { timeLimitChoices } from '../time-limits/time-limit-choices';
import { TimeLimitSelect } from '../time-limits/time-limit-select';
import { BrandSign } from '../ui/brand-sign';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { keepInSight } from '../ui/keep-in-sight';
import { Monogram } from '../ui/monogram';
import { Publisher } from '../ui/publisher';
import { Allowed } from './authorization-api';
import { keepChoices, keptChoices } from './kept-choices';
import { Outbound } from './outbound';
import { isOnThisDevice } from './on-this-device';

/** What has come in the way of the decision since the page was shown, by its text. */
export type Trouble =
  | 'authorize.trouble.sessionEnded'
  | 'authorize.trouble.otherUser'
  | 'authorize.trouble.changed'
  | 'authorize.trouble.unreachable'
  | 'authorize.trouble.failed'
  | 'authorize.trouble.signOutFailed';

/** What should be looked at once more; shown above it. */
const TO_LOOK_AT: readonly (Trouble | null)[] = [
  'authorize.trouble.otherUser',
  'authorize.trouble.changed',
];

const FIRST_TIME = {
  heading: 'authorize.heading',
  allow: 'authorize.allow',
  allowing: 'authorize.allowing',
  note: 'authorize.note',
};

const AGAIN = {
  heading: 'authorize.existing.heading',
  allow: 'authorize.existing.allow',
  allowing: 'authorize.existing.allowing',
  note: 'authorize.existing.note',
};

/** What no scope allows. */
const NEVER = [
  'authorize.mayNot.password',
  'authorize.mayNot.connections',
  'authorize.mayNot.team',
];

/** What is asked, by whom, for whom, and the two answers. */
@Component({
  selector: 'fx-consent',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BrandSign,
    ClientLogo,
    FullName,
    Icon,
    Monogram,
    Publisher,
    RouterLink,
    TimeLimitSelect,
    TranslocoDirective,
  ],
  templateUrl: './consent.html',
  styleUrl: './consent.scss',
})
export class Consent {
  readonly request = input.required<AuthorizationRequest>();
  readonly busy = input(false);
  readonly trouble = input<Trouble | null>(null);
  readonly allow = output<Allowed>();
  readonly deny = output();
  readonly switchUser = output();
  readonly signIn = output();

  protected readonly formats = inject(Formats);
  private readonly outbound = inject(Outbound);
  private readonly notice = viewChild<ElementRef<HTMLElement>>('notice');
  private readonly answers = viewChild.required<ElementRef<HTMLElement>>('answers');

  /** What can be allowed instead of all that is asked for; null where that changes nothing anyway. */
  protected readonly viewOnlyScope = computed(() => {
    const { scope, knownScopes } = this.request();
    return viewOnlyPart(scope, knownScopes);
  });
  private readonly kept = computed(() => keptChoices(this.request().user.id));
  /** One tap on the main button never widens a connection that only views. */
  private readonly initialViewOnly = computed(
    () =>
      this.kept()?.viewOnly ?? this.request().existingConnection?.scope === this.viewOnlyScope(),
  );
  protected readonly viewOnly = linkedSignal(this.initialViewOnly);
  protected readonly scope = computed(() => {
    const less = this.viewOnly() ? this.viewOnlyScope() : null;
    return less ?? this.request().scope;
  });
  protected readonly terms = computed(() => {
    const { knownScopes, existingConnection } = this.request();
    return termsOf(this.scope(), knownScopes, existingConnection);
  });
  /** When the connection that is there ends by itself. */
  protected readonly present = computed(() => this.request().existingConnection?.expiresAt ?? null);
  private readonly keptLimit = computed(() => this.kept()?.limit ?? '');
  protected readonly limit = linkedSignal(this.keptLimit);
  protected readonly expiresAt = computed(() => {
    const present = this.present();
    const choice = timeLimitChoices(present, Date.now()).find(({ text }) => text === this.limit());
    return choice ? choice.expiresAt : present;
  });
  protected readonly never = NEVER;
  protected readonly words = computed(() =>
    this.request().existingConnection ? AGAIN : FIRST_TIME,
  );
  /** Against the existing connection. */
  protected readonly change = computed(() => {
    if (this.terms().dropped.length > 0) return 'authorize.existing.less';
    return this.terms().may.some(({ added }) => added)
      ? 'authorize.existing.more'
      : 'authorize.existing.same';
  });
  protected readonly onThisDevice = computed(() => isOnThisDevice(this.request().redirectUri));
  protected readonly look = computed(() =>
    TO_LOOK_AT.includes(this.trouble()) ? this.trouble() : null,
  );
  protected readonly failure = computed(() => (this.look() ? null : this.trouble()));
  protected readonly privacyUri = computed(() =>
    this.outbound.safe(this.request().client.privacyPolicyUri),
  );
  protected readonly homepageUri = computed(() =>
    this.outbound.safe(this.request().client.homepageUri),
  );

  protected readonly check = check;
  protected readonly close = close;
  protected readonly info = info;
  protected readonly openInNew = openInNew;
  protected readonly warning = warning;

  protected inWords(right: Right): string {
    return right[this.formats.language()];
  }

  protected keepInSight(event: FocusEvent): void {
    keepInSight(event, this.answers().nativeElement);
  }

  constructor() {
    effect(() =>
      keepChoices(this.request().user.id, { viewOnly: this.viewOnly(), limit: this.limit() }),
    );
    // What came in the way is read first, by eye and by screen reader; what to do stands beside it.
    afterRenderEffect(() => {
      if (!this.trouble()) return;
      const notice = this.notice()?.nativeElement;
      notice?.focus({ preventScroll: true });
      const place = this.failure() ? this.answers().nativeElement : notice;
      place?.scrollIntoView({ block: 'nearest' });
    });
  }
}
