import { ChangeDetectionStrategy, Component, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { apiWholeList } from '../api/api-resource';
import { DeveloperInvitation } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { come } from '../ui/come';
import { Confirmation } from '../ui/confirmation';
import { LoadError } from '../ui/load-error';
import { mailOrigin } from '../ui/mail-origin';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { REGISTRY } from './registry-clients';

export const invitationsOf = (clientId: string) => `${REGISTRY}/${clientId}/developer-invitations`;

/** Who has been invited to look after a client and has not accepted yet; where nobody has, nothing. */
@Component({
  selector: 'fx-developer-invitations',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FullName, LoadError, Moment, RouterLink, TranslocoDirective],
  templateUrl: './developer-invitations.html',
  styleUrl: './client-developers.scss',
})
export class DeveloperInvitations {
  readonly clientId = input.required<string>();
  /** The row that had the focus is no more. */
  readonly gone = output();

  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  protected readonly formats = inject(Formats);
  protected readonly list = apiWholeList<DeveloperInvitation>(() => invitationsOf(this.clientId()));
  protected readonly origin = mailOrigin(
    () => this.list.hasValue() && this.list.value().length > 0,
  );
  readonly come = come(() => {
    if (!this.list.hasValue()) return !!this.list.error();
    return this.list.value().length === 0 || this.origin() !== undefined;
  });

  reload(): void {
    this.list.reload();
  }

  protected async sendAgain({ id, email }: DeveloperInvitation): Promise<void> {
    const done = await this.confirmation.ask({
      heading: { text: 'registry.developers.again.heading', values: { email } },
      points: [
        { text: 'registry.developers.again.new' },
        { text: 'registry.developers.again.old' },
      ],
      confirm: { text: 'registry.developers.again.confirm' },
      action: async () => {
        await this.api.post(`${invitationsOf(this.clientId())}/${id}/links`, undefined);
      },
    });
    if (!done) return;
    this.reload();
    this.messages.show('registry.developers.again.done', { email });
  }

  protected async revoke({ id, email }: DeveloperInvitation): Promise<void> {
    const done = await this.confirmation.ask({
      heading: { text: 'registry.developers.revoke.heading', values: { email } },
      points: [{ text: 'registry.developers.revoke.link' }],
      confirm: { text: 'registry.developers.revoke.confirm' },
      danger: true,
      action: () => this.api.delete(`${invitationsOf(this.clientId())}/${id}`),
    });
    if (!done) return;
    this.gone.emit();
    this.reload();
    this.messages.show('registry.developers.revoke.done', { email });
  }
}
