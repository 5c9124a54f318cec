import { computed, inject, Injectable } from '@angular/core';
import { apiResource, keptValue } from '../api/api-resource';
import { ApprovalRequest, ListEnvelope } from '../api/types';
import { SessionStore } from '../session/session-store';

/** As many as are counted one by one. */
const COUNTED = 100;

/** How many applications colleagues wait for, as admins see it everywhere. */
@Injectable({ providedIn: 'root' })
export class WaitingApprovals {
  private readonly session = inject(SessionStore);
  private readonly read = apiResource<ListEnvelope<ApprovalRequest>>(() =>
    this.session.isAdmin() ? `/user/v7/approval-requests?status=open&limit=${COUNTED}` : undefined,
  );
  private readonly kept = keptValue(this.read, () => this.session.user()?.id);
  /** 0 while it is not known. */
  readonly count = computed(() => this.kept()?.resources.length ?? 0);

  /** To be called where one has been answered. */
  reload(): void {
    this.read.reload();
  }
}
