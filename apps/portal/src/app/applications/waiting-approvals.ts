import { computed, inject, Injectable } from '@angular/core';
import { apiWholeList, keptValue } from '../api/api-resource';
import { ApprovalRequest } from '../api/types';
import { SessionStore } from '../session/session-store';

/** The applications that colleagues wait for: their number admins see everywhere, and on one page each. */
@Injectable({ providedIn: 'root' })
export class WaitingApprovals {
  private readonly session = inject(SessionStore);
  private readonly read = apiWholeList<ApprovalRequest>(() =>
    this.session.isAdmin() ? '/user/v7/approval-requests?status=open' : undefined,
  );
  /** Undefined until they have come; stay when a later reload fails. */
  readonly requests = keptValue(this.read, () => this.session.user()?.id);
  readonly error = this.read.error;
  /** 0 while it is not known. */
  readonly count = computed(() => this.requests()?.length ?? 0);

  /** To be called where one has been answered, or others may have asked since. */
  reload(): void {
    this.read.reload();
  }
}
