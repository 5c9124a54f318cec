import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import { Connection, CountedEnvelope, EndedConnections, Envelope } from '../api/types';
import { fullName } from '../people/full-name';

/** Whose connections end, where that is somebody else. */
export type Owner = Pick<Connection['grantedBy'], 'id' | 'email' | 'firstName' | 'lastName'>;

/** What is to be ended: one connection, some, or all active ones of a person or of an application. */
export type EndTarget =
  | {
      kind: 'one';
      connectionId: string;
      clientId: string;
      appName: string;
      owner: Owner | null;
    }
  | { kind: 'some'; connections: readonly Connection[] }
  | { kind: 'person'; person: Owner }
  | { kind: 'app'; clientId: string; appName: string };

/** The targets whose number only the API knows. */
export type EndAllTarget = Exclude<EndTarget, { kind: 'one' | 'some' }>;

/** What ending all would end: how many, and of which applications or persons. */
export interface Concerned {
  count: number;
  names: string[];
}

/** More than anybody reads in a question. */
const LOOKED_AT = 100;
/** As many as the API takes at once. */
const MOST_AT_ONCE = 100;

/** Ends connections. Every call may be repeated: ending what has ended is no error. */
@Injectable({ providedIn: 'root' })
export class EndConnections {
  private readonly api = inject(Api);

  /** @returns how many there were to end */
  async end(target: EndTarget): Promise<number> {
    if (target.kind === 'one') {
      await this.api.delete(`/user/v7/connections/${encodeURIComponent(target.connectionId)}`);
      return 1;
    }
    if (target.kind !== 'some') return this.endAll(queryOf(target));
    const ids = target.connections.map(({ id }) => id);
    for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
      const some = ids.slice(start, start + MOST_AT_ONCE).join();
      await this.endAll(new URLSearchParams({ ids: some }));
    }
    // One that somebody else has ended meanwhile has ended, too.
    return ids.length;
  }

  private async endAll(query: URLSearchParams): Promise<number> {
    const path = `/user/v7/connections?${query}`;
    return (await this.api.delete<Envelope<EndedConnections>>(path)).resource.revoked;
  }

  async concernedBy(target: EndAllTarget): Promise<Concerned> {
    const query = queryOf(target);
    query.set('status', 'active');
    query.set('limit', String(LOOKED_AT));
    const { resources, meta } = await this.api.get<CountedEnvelope<Connection>>(
      `/user/v7/connections?${query}`,
    );
    const names = resources.map(({ client, grantedBy }) =>
      target.kind === 'person' ? client.name : fullName(grantedBy),
    );
    return { count: meta.total, names: [...new Set(names)].sort((a, b) => a.localeCompare(b)) };
  }
}

function queryOf(target: EndAllTarget): URLSearchParams {
  return new URLSearchParams(
    target.kind === 'person' ? { userId: target.person.id } : { clientId: target.clientId },
  );
}
