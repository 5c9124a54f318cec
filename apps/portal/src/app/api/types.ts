/** The API's JSON, as far as the portal reads it. Times are ISO 8601 in UTC, ids UUIDs. */

export interface Envelope<T> {
  resource: T;
}

export interface ListEnvelope<T> {
  resources: T[];
  meta: { nextCursor?: string };
}

export type Language = 'de' | 'en';
export type Role = 'member' | 'admin' | 'operator';
export type Scope = 'read' | 'readwrite';

export interface AccountSummary {
  id: string;
  name: string;
}

export interface PersonSummary {
  id: string;
  firstName: string;
  lastName: string;
  email: string;
}

export interface SessionUser extends PersonSummary {
  role: Role;
  locale: Language;
}

export interface Session {
  id: string;
  user: SessionUser;
  account: AccountSummary;
  createdAt: string;
  expiresAt: string;
}

export interface Device {
  id: string;
  current: boolean;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  ip: string | null;
  userAgent: string | null;
}

export type UserStatus = 'active' | 'disabled';

export interface TeamUser extends PersonSummary {
  role: Role;
  status: UserStatus;
  lastSignInAt: string | null;
  createdAt: string;
  activeConnections: number;
}

export interface PublicClient {
  clientId: string;
  name: string;
  publisher: string;
  logoUri: string | null;
  homepageUri: string | null;
}

export interface ClientSummary extends PublicClient {
  publisherVerified: boolean;
}

export type ClientKind = 'confidential' | 'public';

export interface AuthorizationClient extends ClientSummary {
  description: string;
  kind: ClientKind;
  privacyPolicyUri: string | null;
}

export interface AuthorizationRequest {
  client: AuthorizationClient;
  redirectUri: string;
  redirectHost: string;
  scope: string;
  scopes: Scope[];
  state: string | null;
  codeChallenge: string | null;
  codeChallengeMethod: string | null;
  user: PersonSummary;
  account: AccountSummary;
  existingConnection: ExistingConnection | null;
  denyRedirectTo: string;
}

export interface ExistingConnection {
  id: string;
  scope: string;
  grantedAt: string;
  lastUsedAt: string | null;
}

export interface CodeRequest {
  clientId: string;
  redirectUri?: string;
  scope?: string;
  state?: string;
  codeChallenge?: string;
  codeChallengeMethod?: string;
}

export interface IssuedCode {
  code: string;
  expiresAt: string;
  redirectTo: string | null;
}

export interface AvailableClient extends AuthorizationClient {
  scopes: Scope[];
  startUri: string | null;
  /** False: connecting has to start at the application. */
  authorizable: boolean;
  connected: boolean;
  connectionId: string | null;
}

export type ConnectionStatus = 'active' | 'revoked';
export type ConnectionHealth = 'ok' | 'unused' | 'dormant' | 'refresh_refused' | 'ended';
export type RevocationReason =
  | 'user'
  | 'admin'
  | 'client'
  | 'user_disabled'
  | 'client_disabled'
  | 'client_deleted'
  | 'password_changed';

export interface Connection {
  id: string;
  client: ClientSummary;
  scope: string;
  status: ConnectionStatus;
  grantedBy: PersonSummary;
  grantedAt: string;
  lastUsedAt: string | null;
  lastRefreshRefusedAt: string | null;
  revokedAt: string | null;
  revokedBy: PersonSummary | null;
  revocationReason: RevocationReason | null;
  health: ConnectionHealth;
}

export interface DailyUsage {
  /** Calendar day, `2026-11-22`. Days without a request are left out. */
  day: string;
  requests: number;
}

export interface ConnectionDetail extends Connection {
  usage: DailyUsage[];
}

export type ConnectionEventType =
  | 'granted'
  | 'renewed'
  | 'token_issued'
  | 'refreshed'
  | 'used'
  | 'revoked'
  | 'reuse_detected'
  | 'refresh_refused';

export interface ConnectionEvent {
  id: string;
  at: string;
  type: ConnectionEventType;
  actor: { id: string; firstName: string; lastName: string } | null;
  scope: string | null;
  detail: string | null;
}
