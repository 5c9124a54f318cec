import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import { searchedList } from '../api/searched-list';
import {
  EndedSessions,
  Envelope,
  FactorRequirement,
  FactorReset,
  TeamUser,
  UserChanges,
  UserStatus,
} from '../api/types';
import { refusedUnless } from '../session/refused-unless';

/** Of the company, and what the installation has for all. */
export const FACTOR_REQUIREMENT = '/user/v7/second-factor-requirement';
const PATH = '/user/v7/users';
const resetOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}/factor-reset`;

export interface TeamQuery {
  q: string;
  sort: string;
}

/** The account's users, or those who are searched for, page by page. */
@Injectable()
export class TeamUsers {
  private readonly api = inject(Api);
  private readonly list = searchedList<TeamUser, TeamQuery>(PATH, refusedUnless('isAdmin'));

  readonly query = this.list.query;
  readonly users = this.list.items;
  readonly total = this.list.total;
  readonly outdated = this.list.outdated;
  readonly error = this.list.error;
  readonly forbidden = this.list.forbidden;
  readonly hasMore = this.list.hasMore;
  readonly loadingMore = this.list.loadingMore;
  readonly moreFailed = this.list.moreFailed;

  reload(): void {
    this.list.reload();
  }

  /** @returns the first user that has come, or null when it failed or nobody came */
  loadMore(): Promise<TeamUser | null> {
    return this.list.loadMore();
  }

  /** Reads on until as many are shown, or as there are. */
  async showUpTo(count: number): Promise<void> {
    while ((this.users()?.length ?? 0) < count && this.hasMore()) {
      if (!(await this.loadMore())) return;
    }
  }

  setStatus(id: string, status: UserStatus): Promise<void> {
    return this.change(id, { status });
  }

  setRole(id: string, role: 'member' | 'admin'): Promise<void> {
    return this.change(id, { role });
  }

  /** @returns how many sessions have ended */
  async signOut(id: string): Promise<number> {
    const path = `${PATH}/${encodeURIComponent(id)}/sessions`;
    const { resource } = await this.api.delete<Envelope<EndedSessions>>(path);
    return resource.ended;
  }

  /** @returns undefined where it cannot be known at the moment */
  resetHours(): Promise<number | undefined> {
    const answer = this.api.get<Envelope<FactorRequirement>>(FACTOR_REQUIREMENT);
    return answer.then(({ resource }) => resource.resetHours).catch(() => undefined);
  }

  /** @returns whether it waits; where the installation has it so, it is done at once */
  async resetFactor(id: string): Promise<boolean> {
    const { resource } = await this.api.post<Envelope<FactorReset>>(resetOf(id), undefined);
    const waits = resource.dueAt > resource.askedAt;
    const changed = waits ? { factorReset: resource } : { secondFactor: false, passkey: false };
    this.list.change((user) => (user.id === id ? { ...user, ...changed } : user));
    return waits;
  }

  /** Calls the reset off. */
  async keepFactor(id: string): Promise<void> {
    await this.api.delete(resetOf(id));
    this.list.change((user) => (user.id === id ? { ...user, factorReset: null } : user));
  }

  private async change(id: string, changes: UserChanges): Promise<void> {
    const { resource } = await this.api.patch<Envelope<TeamUser>>(
      `${PATH}/${encodeURIComponent(id)}`,
      { resource: changes },
    );
    this.list.change((user) => (user.id === id ? resource : user));
  }
}
