import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { CompanyDetails, Envelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { NoOperator } from '../registry/no-operator';
import { refusedUnless } from '../session/refused-unless';
import { SessionStore } from '../session/session-store';
import { Invitations } from '../team/invitations';
import { BackLink } from '../ui/back-link';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { Waiting } from '../ui/waiting';
import { COMPANIES } from './companies-list';
import { CompanyEnding } from './company-ending';
import { InviteAdmin } from './invite-admin';

/** For operators: one company, who is invited as its admin, and its end. */
@Component({
  selector: 'fx-company-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BackLink,
    CompanyEnding,
    Invitations,
    InviteAdmin,
    LoadError,
    NoOperator,
    PageState,
    RouterLink,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './company-page.html',
  styleUrl: './company-page.scss',
})
export class CompanyPage {
  readonly id = input.required<string>();

  protected readonly formats = inject(Formats);
  private readonly session = inject(SessionStore);
  private readonly invitations = viewChild(Invitations);

  private readonly refused = refusedUnless('isOperator');
  protected readonly path = computed(() => `${COMPANIES}/${encodeURIComponent(this.id())}`);
  protected readonly read = apiResource<Envelope<CompanyDetails>>(() =>
    this.refused() ? undefined : this.path(),
  );
  private readonly kept = keptValue(this.read, () => this.id());
  protected readonly company = linkedSignal(() => this.kept()?.resource);
  /** Operators cannot close their own: nobody could open it again. */
  protected readonly isOwn = computed(() => this.session.session()?.account.id === this.id());
  private readonly failure = computed(() => {
    const error = this.read.error();
    return error === undefined || this.company() ? undefined : apiErrorFrom(error).code;
  });
  protected readonly notFound = computed(() => this.failure() === 'not_found');
  protected readonly forbidden = computed(() => this.refused() || this.failure() === 'forbidden');
  protected readonly icons = { searchOff };

  protected invited(): void {
    this.invitations()?.reload();
  }
}
