import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import { Connection, EndedConnections, Envelope, ListEnvelope } from '../api/types';
import { fullName } from './connection-texts';

/** What is to be ended: one connection, or all active ones of a person or of an application. */
export type EndTarget =
  | { kind: 'one'; connectionId: string; appName: string; ownerName: string | null }
  | { kind: 'person'; userId: string; personName: string }
  | { kind: 'app'; clientId: string; appName: string };

/** The targets that may be many. */
export type EndAllTarget = Exclude<EndTarget, { kind: 'one' }>;

/** What ending all would end: how many, and of which applications or persons. */
export interface Concerned {
  count: number;
  names: string[];
}

/** More than anybody reads in a question. */
const LOOKED_AT = 100;

/** Ends connections. Every call may be repeated: ending what has ended is no error. */
@Injectable({ providedIn: 'root' })
export class EndConnections {
  private readonly api = inject(Api);

  /** @returns how many there were to end */
  async end(target: EndTarget): Promise<number> {
    if (target.kind !== 'one') {
      const path = `/user/v7/connections?${queryOf(target)}`;
      return (await this.api.delete<Envelope<EndedConnections>>(path)).resource.revoked;
    }
    await this.api.delete(`/user/v7/connections/${encodeURIComponent(target.connectionId)}`);
    return 1;
  }

  async concernedBy(target: EndAllTarget): Promise<Concerned> {
    const query = queryOf(target);
    query.set('status', 'active');
    query.set('limit', String(LOOKED_AT));
    const { resources, meta } = await this.api.get<CountedConnections>(
      `/user/v7/connections?${query}`,
    );
    const names = resources.map(({ client, grantedBy }) =>
      target.kind === 'person' ? client.name : fullName(grantedBy),
    );
    return { count: meta.total, names: [...new Set(names)].sort((a, b) => a.localeCompare(b)) };
  }
}

type CountedConnections = ListEnvelope<Connection> & { meta: { total: number } };

function queryOf(target: EndAllTarget): URLSearchParams {
  return new URLSearchParams(
    target.kind === 'person' ? { userId: target.userId } : { clientId: target.clientId },
  );
}
