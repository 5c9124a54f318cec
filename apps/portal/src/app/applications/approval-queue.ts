import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  Injector,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import inbox from '@material-symbols/svg-400/rounded/approval.svg';
import { MAX_APPROVAL_ANSWER_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { ApprovalRequest } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName, fullName } from '../people/full-name';
import { ClientLogo } from '../ui/client-logo';
import { DeclineForm } from '../ui/decline-form';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { Publisher } from '../ui/publisher';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';

const TROUBLES = { validation_failed: 'applications.queue.text' };

/** What waits for an answer: one click approves, a second line is for who declines. */
@Component({
  selector: 'fx-approval-queue',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, DeclineForm, FullName, Icon, Moment, Publisher, TranslocoDirective],
  templateUrl: './approval-queue.html',
  styleUrls: ['./entries.scss', './approval-queue.scss'],
})
export class ApprovalQueue {
  readonly requests = input.required<ApprovalRequest[]>();
  /** One has been answered, here or by another admin. */
  readonly answered = output();

  private readonly api = inject(Api);
  private readonly formats = inject(Formats);
  private readonly messages = inject(Messages);
  private readonly injector = inject(Injector);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  protected readonly inbox = inbox;
  protected readonly maxAnswer = MAX_APPROVAL_ANSWER_LENGTH;
  /** The request whose refusal is being written. */
  protected readonly declining = signal<string | null>(null);
  protected readonly busy = signal<string | null>(null);
  protected readonly failed = signal<({ id: string } & Words) | null>(null);

  protected startDeclining(id: string): void {
    this.declining.set(id);
    this.failed.set(null);
  }

  protected stopDeclining(id: string): void {
    this.declining.set(null);
    afterNextRender(
      {
        read: () =>
          this.host.nativeElement.querySelector<HTMLElement>(`[data-decline="${id}"]`)?.focus(),
      },
      { injector: this.injector },
    );
  }

  protected async answer(
    { id, client, requestedBy }: ApprovalRequest,
    status: 'approved' | 'declined',
    answer = '',
  ): Promise<void> {
    if (this.busy()) return;
    this.busy.set(id);
    this.failed.set(null);
    const person = fullName(requestedBy);
    try {
      await this.api.patch(`/user/v7/approval-requests/${id}`, {
        resource: { status, answer },
      });
      const done =
        status === 'approved' ? 'applications.queue.approved' : 'applications.queue.declined';
      this.messages.show(done, { app: client.name, person });
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code !== 'conflict' && error.code !== 'not_found') {
        this.failed.set({ id, ...troubleWords(error, this.formats, TROUBLES) });
        return;
      }
      this.messages.show('applications.queue.gone');
    } finally {
      this.busy.set(null);
    }
    this.declining.set(null);
    this.answered.emit();
  }
}
