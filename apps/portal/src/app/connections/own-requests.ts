import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  output,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import more from '@material-symbols/svg-400/rounded/keyboard_arrow_down.svg';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { apiResource, isSettled, keptValue } from '../api/api-resource';
import { ApprovalRequest, ListEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { SessionStore } from '../session/session-store';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';

const PATH = '/user/v7/approval-requests';

const TEXTS: Record<ApprovalRequest['status'], string> = {
  open: 'connections.requests.open',
  approved: 'connections.requests.approved',
  declined: 'connections.requests.declined',
};

/** How many there are of each; what can be gone on with comes first. */
const COUNTS: [ApprovalRequest['status'], string][] = [
  ['approved', 'connections.requests.count.approved'],
  ['open', 'connections.requests.count.open'],
  ['declined', 'connections.requests.count.declined'],
];

/** What the person has asked the company to allow, and the answers. Shows nothing if there is none. */
@Component({
  selector: 'fx-own-requests',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, FullName, Icon, Moment, TranslocoDirective],
  templateUrl: './own-requests.html',
  styleUrls: ['./fold.scss', './own-requests.scss'],
})
export class OwnRequests {
  private readonly session = inject(SessionStore);
  private readonly api = inject(Api);
  private readonly messages = inject(Messages);
  protected readonly formats = inject(Formats);
  protected readonly more = more;

  private readonly list = apiResource<ListEnvelope<ApprovalRequest>>(() => {
    const user = this.session.user();
    return user ? `${PATH}?limit=20&userId=${user.id}` : undefined;
  });
  private readonly kept = keptValue(this.list);
  /** The latest of each application; what was asked and answered before it stays with it. */
  protected readonly requests = computed(() => {
    const ofClients = new Map<string, { latest: ApprovalRequest; earlier: ApprovalRequest[] }>();
    for (const request of this.kept()?.resources ?? []) {
      const known = ofClients.get(request.client.clientId);
      if (known) known.earlier.push(request);
      else ofClients.set(request.client.clientId, { latest: request, earlier: [] });
    }
    return [...ofClients.values()].filter(({ latest }) => latest.current);
  });

  protected readonly standing = computed(() =>
    COUNTS.map(([status, text]) => ({
      text,
      count: this.requests().filter(({ latest }) => latest.status === status).length,
    })).filter(({ count }) => count > 0),
  );

  /** Whether there are any, once that is known. */
  readonly known = output<boolean>();

  constructor() {
    effect(() => {
      if (isSettled(this.list)) this.known.emit(this.requests().length > 0);
    });
  }

  protected textOf({ status }: ApprovalRequest): string {
    return TEXTS[status];
  }

  protected async withdraw({ id }: ApprovalRequest): Promise<void> {
    try {
      await this.api.delete(`${PATH}/${id}`);
      this.messages.show('connections.requests.withdrawn');
    } catch (cause) {
      const { code } = apiErrorFrom(cause);
      // Answered meanwhile: the list says how.
      if (code !== 'conflict' && code !== 'not_found') {
        this.messages.show('trouble.failed');
      }
    }
    this.list.reload();
  }
}
