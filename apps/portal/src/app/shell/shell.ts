import { ChangeDetectionStrategy, Component, computed, effect, inject } from '@angular/core';
import { Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import apps from '@material-symbols/svg-400/rounded/apps.svg';
import code from '@material-symbols/svg-400/rounded/code.svg';
import domain from '@material-symbols/svg-400/rounded/domain.svg';
import group from '@material-symbols/svg-400/rounded/group.svg';
import history from '@material-symbols/svg-400/rounded/history.svg';
import registry from '@material-symbols/svg-400/rounded/app_registration.svg';
import key from '@material-symbols/svg-400/rounded/key.svg';
import hub from '@material-symbols/svg-400/rounded/link.svg';
import shield from '@material-symbols/svg-400/rounded/shield_person.svg';
import info from '@material-symbols/svg-400/rounded/info.svg';
import cloudOff from '@material-symbols/svg-400/rounded/cloud_off.svg';
import { FullName } from '../people/full-name';
import { SessionExpiry } from '../session/session-expiry';
import { SessionStore } from '../session/session-store';
import { ANOTHER_PERSON, FreshStart, watchSession } from '../session/session-watch';
import { Formats } from '../i18n/formats';
import { Brand } from '../ui/brand';
import { Connectivity } from '../ui/connectivity';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { PresentMinute } from '../ui/moment';
import { WaitingApprovals } from '../applications/waiting-approvals';
import { WaitingChanges } from '../registry/waiting-changes';
import { Drafts } from '../unsaved/drafts';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { AccountMenu } from './account-menu';

interface Place {
  path: string;
  text: string;
  icon: string;
  /** How many things wait there for an answer. */
  waiting?: { count: number; words: { one: string; other: string } };
}

const CHANGES = { one: 'settings.nav.waiting.one', other: 'settings.nav.waiting.other' };
const APPROVALS = {
  one: 'settings.nav.waitingApprovals.one',
  other: 'settings.nav.waitingApprovals.other',
};
const DESK: Place = { path: '/settings/developer', text: 'settings.nav.developer', icon: code };

/** The frame of the settings: who is signed in, where one can go. */
@Component({
  selector: 'fx-shell',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AccountMenu,
    Brand,
    FullName,
    Icon,
    LoadError,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    TranslocoDirective,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  protected readonly store = inject(SessionStore);
  private readonly expiry = inject(SessionExpiry);
  private readonly router = inject(Router);
  protected readonly connectivity = inject(Connectivity);
  protected readonly formats = inject(Formats);
  private readonly minute = inject(PresentMinute);
  private readonly waitingChanges = inject(WaitingChanges);
  private readonly waitingApprovals = inject(WaitingApprovals);
  protected readonly offline = cloudOff;
  protected readonly info = info;
  protected readonly key = key;
  protected readonly now = computed(() => new Date(this.minute.now()).toISOString());

  /** Has no company, and an account of their own. */
  protected readonly isPersonal = computed(() => this.store.account()?.kind === 'personal');

  protected readonly places = computed<Place[]>(() => [
    ...(this.isPersonal() ? [DESK] : []),
    { path: '/settings/connections', text: 'settings.nav.connections', icon: hub },
    ...(this.store.isAdmin()
      ? [
          { path: '/settings/team', text: 'settings.nav.team', icon: group },
          {
            path: '/settings/applications',
            text: 'settings.nav.applications',
            icon: apps,
            waiting: { count: this.waitingApprovals.count(), words: APPROVALS },
          },
        ]
      : []),
    ...(this.store.user()?.role === 'member'
      ? []
      : [{ path: '/settings/audit', text: 'settings.nav.audit', icon: history }]),
    ...(this.store.isOperator()
      ? [
          {
            path: '/settings/registry',
            text: 'settings.nav.registry',
            icon: registry,
            waiting: { count: this.waitingChanges.count(), words: CHANGES },
          },
          { path: '/settings/companies', text: 'settings.nav.companies', icon: domain },
        ]
      : []),
    ...(this.store.isDeveloper() && !this.isPersonal() ? [DESK] : []),
    { path: '/settings/security', text: 'settings.nav.security', icon: shield },
  ]);

  /** Another tab has signed somebody else in, and this one has begun anew. */
  protected readonly isAnother = computed(
    () => this.router.lastSuccessfulNavigation()?.extras.state?.['reason'] === ANOTHER_PERSON,
  );

  constructor() {
    watchSession('settings');
    const unsaved = inject(UnsavedChanges);
    inject(FreshStart).keep = () => unsaved.keep();
    const drafts = inject(Drafts);
    effect(() => {
      const user = this.store.user();
      if (user) drafts.keepOnlyOf(user.id);
    });
  }

  protected async retry(): Promise<void> {
    try {
      if (!(await this.store.load())) this.expiry.signInAgain();
    } catch {
      // What is shown says so already.
      return;
    }
  }

  /** The address of the page itself, because `<base href>` would turn `#main` into another one. */
  protected skip(event: Event): void {
    event.preventDefault();
    document.getElementById('main')?.focus();
  }
}
