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
import inbox from '@material-symbols/svg-400/rounded/approval.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { MAX_CHANGE_ANSWER_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { pagedList } from '../api/paged-list';
import { apiErrorFrom } from '../api/problem';
import { ChangeRequest } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { refusedUnless } from '../session/refused-unless';
import { focusLater } from '../ui/focus-later';
import { BackLink } from '../ui/back-link';
import { ClientLogo } from '../ui/client-logo';
import { DeclineForm } from '../ui/decline-form';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { LoadMore } from '../ui/load-more';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { PageState } from '../ui/page-state';
import { Publisher } from '../ui/publisher';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';
import { ChangeLines } from './change-lines';
import { SAVING } from './client-form-errors';
import { NoOperator } from './no-operator';
import { CHANGE_REQUESTS, WaitingChanges } from './waiting-changes';

const ANSWERED = {
  accepted: 'registry.change.queue.accepted',
  declined: 'registry.change.queue.declined',
};

/** For operators: what developers have asked to change, to be accepted or declined. */
@Component({
  selector: 'fx-change-requests-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BackLink,
    ChangeLines,
    ClientLogo,
    DeclineForm,
    FullName,
    Icon,
    LoadError,
    LoadMore,
    Moment,
    NoOperator,
    PageState,
    Publisher,
    RouterLink,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './change-requests-page.html',
  styleUrls: ['./client-page.scss', './change-requests-page.scss'],
})
export class ChangeRequestsPage {
  private readonly api = inject(Api);
  private readonly formats = inject(Formats);
  private readonly waiting = inject(WaitingChanges);
  private readonly messages = inject(Messages);
  private readonly focusLater = focusLater();
  private readonly declineForm = viewChild(DeclineForm);
  private readonly heading = viewChild<ElementRef<HTMLElement>>('heading');

  private readonly refused = refusedUnless('isOperator');
  protected readonly list = pagedList<ChangeRequest>(() =>
    this.refused() ? undefined : `${CHANGE_REQUESTS}?status=open`,
  );
  protected readonly forbidden = computed(() => this.refused() || this.list.forbidden());
  /** The request whose refusal is being written. */
  protected readonly declining = signal<string | null>(null);
  private readonly busy = signal(false);
  /** Nothing is decided on what is being read again because it has changed. */
  protected readonly waits = computed(() => this.busy() || this.list.outdated());
  protected readonly failed = signal<({ id: string } & Words) | null>(null);
  protected readonly maxAnswer = MAX_CHANGE_ANSWER_LENGTH;
  protected readonly icons = { inbox, warning };

  constructor() {
    this.waiting.reload();
  }

  protected startDeclining(id: string): void {
    this.declining.set(id);
    this.failed.set(null);
  }

  protected stopDeclining(id: string): void {
    this.declining.set(null);
    this.focusLater(`[data-decline="${id}"]`);
  }

  protected async accept(request: ChangeRequest): Promise<void> {
    // What was decided on is the application as it is shown.
    const headers = { 'if-match': `"${request.client.version}"` };
    await this.answer(request, { status: 'accepted' }, headers);
  }

  protected async decline(request: ChangeRequest, answer: string): Promise<void> {
    if (answer === '') {
      this.failed.set({ id: request.id, text: 'registry.change.queue.missing' });
      this.declineForm()?.focus();
      return;
    }
    await this.answer(request, { status: 'declined', answer }, {});
  }

  protected async loadMore(): Promise<void> {
    const first = await this.list.loadMore();
    if (first) this.focusLater(`[data-decline="${first.id}"]`);
  }

  private async answer(
    { id, client }: ChangeRequest,
    resource: { status: 'accepted' | 'declined'; answer?: string },
    headers: Record<string, string>,
  ): Promise<void> {
    if (this.waits()) return;
    this.busy.set(true);
    this.failed.set(null);
    try {
      await this.api.patch(`${CHANGE_REQUESTS}/${id}`, { resource }, { headers });
      this.messages.show(ANSWERED[resource.status], { app: client.name });
      this.leave();
    } catch (cause) {
      this.explain(id, cause);
    } finally {
      this.busy.set(false);
    }
  }

  private explain(id: string, cause: unknown): void {
    const refusal = apiErrorFrom(cause);
    const { code, problem } = refusal;
    const outdated = problem.errors.some((error) => error.code === 'outdated');
    if (code === 'not_found' || (code === 'conflict' && !outdated)) {
      this.messages.show('registry.change.queue.gone');
      this.leave();
    } else if (code === 'precondition_failed' || outdated) {
      this.failed.set({ id, text: 'registry.change.queue.changed' });
      this.list.reload();
    } else if (code === 'validation_failed') {
      const declining = this.declining() === id;
      const text = declining ? 'registry.change.queue.text' : 'registry.change.queue.invalid';
      this.failed.set({ id, text });
    } else {
      this.failed.set({ id, ...troubleWords(refusal, this.formats, SAVING) });
    }
  }

  /** The list has got shorter, and with it went what had the focus. */
  private leave(): void {
    this.declining.set(null);
    this.heading()?.nativeElement.focus();
    this.list.reload();
    this.waiting.reload();
  }
}
