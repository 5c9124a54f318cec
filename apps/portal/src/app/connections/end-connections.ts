import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import {
  Connection,
  CountedEnvelope,
  EndedConnections,
  EndingEffect,
  Envelope,
} from '../api/types';
import { fullName } from '../people/full-name';
import { ConnectionFilter, queryOf as queryOfFilter } from './connection-filter';

/** Whose connections end, where that is somebody else. */
export type Owner = Pick<Connection['grantedBy'], 'id' | 'email' | 'firstName' | 'lastName'>;

/**
 * What is to be ended: one connection, some, all that a filter lets through, or all active ones of a
 * person or of an application.
 */
export type EndTarget =
  | {
      kind: 'one';
      connectionId: string;
      clientId: string;
      appName: string;
      owner: Owner | null;
    }
  | { kind: 'some'; connections: readonly Connection[] }
  | { kind: 'matching'; filter: ConnectionFilter; own: boolean }
  | { kind: 'person'; person: Owner }
  | { kind: 'app'; clientId: string; appName: string };

/** The targets whose number only the API knows. */
export type EndAllTarget = Exclude<EndTarget, { kind: 'one' | 'some' }>;

/** What ending all would end: how many, and of which applications or persons. */
export interface Concerned {
  count: number;
  names: string[];
  /** Of all that a filter lets through: applications and people, the first of them by name. */
  parts?: Pick<EndingEffect, 'clients' | 'people'>;
}

/** More than anybody reads in a question. */
const LOOKED_AT = 100;
/** As many as the API takes at once. */
const MOST_AT_ONCE = 100;
/** As many as the API ends at once of what a filter lets through. */
export const MOST_MATCHING = 10_000;

/** Ends connections. Every call may be repeated: ending what has ended is no error. */
@Injectable({ providedIn: 'root' })
export class EndConnections {
  private readonly api = inject(Api);

  /**
   * @param expected how many a filter was said to let through: where they are more by now, none ends
   * @returns how many there were to end
   */
  async end(target: EndTarget, expected: number): Promise<number> {
    if (target.kind === 'one') {
      await this.api.delete(`/user/v7/connections/${encodeURIComponent(target.connectionId)}`);
      return 1;
    }
    if (target.kind === 'matching') {
      const query = queryOf(target);
      query.set('status', 'active');
      query.set('expected', String(expected));
      return this.endAll(query);
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
    if (target.kind === 'matching') {
      const path = `/user/v7/connections/effect?${query}`;
      const { activeConnections, ...parts } = (await this.api.get<Envelope<EndingEffect>>(path))
        .resource;
      return { count: activeConnections, names: [], parts };
    }
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
  if (target.kind === 'matching') {
    const query = queryOfFilter(target.filter);
    query.delete('status');
    query.delete('sort');
    return query;
  }
  return new URLSearchParams(
    target.kind === 'person' ? { userId: target.person.id } : { clientId: target.clientId },
  );
}
