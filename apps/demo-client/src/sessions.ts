import { randomBytes } from 'node:crypto';
import type { CheckSummary, PendingAuthorization, Profile, Tokens } from './flixcheck.js';
import type { Failure } from './failures.js';
import type { Journal } from './journal.js';

export interface Connection {
  tokens: Tokens;
  profile: Profile | null;
  connectedAt: Date;
}

/** How the application learned that the connection is over. */
export interface Ending {
  noticedAt: Date;
  call: Failure | null;
  refresh: Failure;
}

export interface TokenSnapshot {
  accessTokenEnd: string;
  refreshTokenEnd: string;
  expiresAt: Date;
  scope: string;
}

export type Notice =
  | { kind: 'connected' }
  | { kind: 'disconnected' }
  | { kind: 'checkCreated'; check: CheckSummary }
  | { kind: 'refreshed'; before: TokenSnapshot; after: TokenSnapshot };

export interface Session {
  pending: Map<string, PendingAuthorization>;
  connection: Connection | null;
  ending: Ending | null;
  failure: Failure | null;
  notice: Notice | null;
  journal: Journal;
}

const LIFETIME_MS = 12 * 60 * 60 * 1000;
const MOST_SESSIONS = 1000;

/** Sessions live in memory: tokens never leave the server, and a restart forgets them. */
export class Sessions {
  private readonly byId = new Map<string, { session: Session; usedAt: number }>();

  find(id: string | undefined): Session | null {
    const entry = id ? this.byId.get(id) : undefined;
    if (!id || !entry) return null;
    this.byId.delete(id);
    if (Date.now() - entry.usedAt > LIFETIME_MS) return null;
    this.byId.set(id, { session: entry.session, usedAt: Date.now() });
    return entry.session;
  }

  /** Puts the session under an id that nobody has seen before. */
  keep(session: Session, formerId?: string): string {
    if (formerId) this.byId.delete(formerId);
    const id = randomBytes(32).toString('base64url');
    this.byId.set(id, { session, usedAt: Date.now() });
    const oldest = this.byId.keys().next().value;
    if (this.byId.size > MOST_SESSIONS && oldest) this.byId.delete(oldest);
    return id;
  }
}

export function emptySession(): Session {
  return {
    pending: new Map(),
    connection: null,
    ending: null,
    failure: null,
    notice: null,
    journal: [],
  };
}
