import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  input,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { pagedList } from '../api/paged-list';
import { Invitation } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { Confirmation } from '../ui/confirmation';
import { LoadError } from '../ui/load-error';
import { LoadMore } from '../ui/load-more';
import { mailOrigin } from '../ui/mail-origin';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';

const ROLE_TEXTS: Record<Invitation['role'], string> = {
  member: 'team.role.member',
  admin: 'team.role.admin',
};

/** Invitations that nobody has accepted yet; where there are none, nothing is shown. */
@Component({
  selector: 'fx-invitations',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FullName, LoadError, LoadMore, Moment, RouterLink, TranslocoDirective],
  templateUrl: './invitations.html',
  styleUrl: './invitations.scss',
})
export class Invitations {
  /** The address of the list in the API. */
  readonly path = input('/user/v7/invitations');

  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly heading = viewChild<ElementRef<HTMLElement>>('heading');
  protected readonly formats = inject(Formats);
  protected readonly roleTexts = ROLE_TEXTS;
  protected readonly list = pagedList<Invitation>(() => this.path());

  protected readonly origin = mailOrigin(() => (this.list.items()?.length ?? 0) > 0);

  reload(): void {
    this.list.reload();
  }

  protected async sendAgain({ id, email }: Invitation): Promise<void> {
    const done = await this.confirmation.ask({
      heading: { text: 'team.invitations.again.heading', values: { email } },
      points: [{ text: 'team.invitations.again.new' }, { text: 'team.invitations.again.old' }],
      confirm: { text: 'team.invitations.again.confirm' },
      action: async () => {
        await this.api.post(`${this.path()}/links`, { resource: { invitationId: id } });
      },
    });
    if (!done) return;
    this.list.reload();
    this.messages.show('team.invitations.again.done', { email });
  }

  protected async revoke({ id, email }: Invitation): Promise<void> {
    const done = await this.confirmation.ask({
      heading: { text: 'team.invitations.revoke.heading', values: { email } },
      points: [{ text: 'team.invitations.revoke.link' }, { text: 'team.invitations.revoke.later' }],
      confirm: { text: 'team.invitations.revoke.confirm' },
      danger: true,
      action: async () => {
        await this.api.delete(`${this.path()}/${encodeURIComponent(id)}`);
      },
    });
    if (!done) return;
    // The row that had the focus goes.
    this.heading()?.nativeElement.focus();
    this.list.reload();
    this.messages.show('team.invitations.revoke.done', { email });
  }
}
