import { computed, inject, Injectable } from '@angular/core';
import { apiResource, keptValue } from '../api/api-resource';
import { ChangeRequest, CountedEnvelope } from '../api/types';
import { SessionStore } from '../session/session-store';

export const CHANGE_REQUESTS = '/admin/v7/change-requests';

/** How many changes developers wait for, as operators see it everywhere. */
@Injectable({ providedIn: 'root' })
export class WaitingChanges {
  private readonly session = inject(SessionStore);
  private readonly read = apiResource<CountedEnvelope<ChangeRequest>>(() =>
    this.session.isOperator() ? `${CHANGE_REQUESTS}?status=open&limit=1` : undefined,
  );
  private readonly kept = keptValue(this.read, () => this.session.user()?.id);
  /** 0 while it is not known. */
  readonly count = computed(() => this.kept()?.meta.total ?? 0);

  /** To be called where others may have answered or asked since. */
  reload(): void {
    this.read.reload();
  }
}
