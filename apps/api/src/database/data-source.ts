import { Socket } from 'node:net';
import type { PoolConfig } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { InitialSchema1790000000000 } from './migrations/1790000000000-initial-schema.js';
import { FindRequests1791000000000 } from './migrations/1791000000000-find-requests.js';
import { SecretLastUsed1792000000000 } from './migrations/1792000000000-secret-last-used.js';
import { IssuedBefore1793000000000 } from './migrations/1793000000000-issued-before.js';
import { ActiveConnectionsOfAccount1793100000000 } from './migrations/1793100000000-active-connections-of-account.js';
import { BackgroundWork1794000000000 } from './migrations/1794000000000-background-work.js';
import { HousekeepingIndexes1794100000000 } from './migrations/1794100000000-housekeeping-indexes.js';
import { BoundedGrants1796000000000 } from './migrations/1796000000000-bounded-grants.js';
import { RevokedSigningKeys1797000000000 } from './migrations/1797000000000-revoked-signing-keys.js';
import { ListIndexes1801000000000 } from './migrations/1801000000000-list-indexes.js';
import { PortalFiles1801100000000 } from './migrations/1801100000000-portal-files.js';
import { ScopeNames1802000000000 } from './migrations/1802000000000-scope-names.js';
import { DecisionsInOrder1802500000000 } from './migrations/1802500000000-decisions-in-order.js';
import { AuditAccounts1802600000000 } from './migrations/1802600000000-audit-accounts.js';
import { AccountPolicies1803200000000 } from './migrations/1803200000000-account-policies.js';
import { EnglishDescriptions1803300000000 } from './migrations/1803300000000-english-descriptions.js';
import { TimeLimits1803310000000 } from './migrations/1803310000000-time-limits.js';
import { EndReminders1803320000000 } from './migrations/1803320000000-end-reminders.js';
import { RegistryPages1803500000000 } from './migrations/1803500000000-registry-pages.js';
import { ActiveConnectionsOfClient1803510000000 } from './migrations/1803510000000-active-connections-of-client.js';
import { Mails1803600000000 } from './migrations/1803600000000-mails.js';
import { PasswordRecovery1803610000000 } from './migrations/1803610000000-password-recovery.js';
import { LighterTokens1804000000000 } from './migrations/1804000000000-lighter-tokens.js';
import { ClientDevelopers1805100000000 } from './migrations/1805100000000-client-developers.js';
import { RequestExplanations1805200000000 } from './migrations/1805200000000-request-explanations.js';
import { Invitations1805300000000 } from './migrations/1805300000000-invitations.js';
import { RoomForUse1805400000000 } from './migrations/1805400000000-room-for-use.js';
import { SecondFactors1805500000000 } from './migrations/1805500000000-second-factors.js';
import { AdvanceGrants1805600000000 } from './migrations/1805600000000-advance-grants.js';
import { AdvanceGrantsForPeople1805700000000 } from './migrations/1805700000000-advance-grants-for-people.js';
import { ClientLogos1805800000000 } from './migrations/1805800000000-client-logos.js';
import { ClientChangeRequests1805900000000 } from './migrations/1805900000000-client-change-requests.js';
import { CountsByDay1806100000000 } from './migrations/1806100000000-counts-by-day.js';
import { Passkeys1806200000000 } from './migrations/1806200000000-passkeys.js';
import { ConsentInAdvance1806400000000 } from './migrations/1806400000000-consent-in-advance.js';
import { ChosenAccounts1806500000000 } from './migrations/1806500000000-chosen-accounts.js';
import { SignInNotices1806700000000 } from './migrations/1806700000000-sign-in-notices.js';
import { RevocationReasons1806800000000 } from './migrations/1806800000000-revocation-reasons.js';
import { ClosedAccounts1806910000000 } from './migrations/1806910000000-closed-accounts.js';
import { EmailChanges1806920000000 } from './migrations/1806920000000-email-changes.js';
import { IdentityProofs1806930000000 } from './migrations/1806930000000-identity-proofs.js';
import { RequiredSecondFactors1806940000000 } from './migrations/1806940000000-required-second-factors.js';
import { AuditRetention1806950000000 } from './migrations/1806950000000-audit-retention.js';
import { AuditSeals1806960000000 } from './migrations/1806960000000-audit-seals.js';
import { ErasedPeople1806970000000 } from './migrations/1806970000000-erased-people.js';
import { DevelopersWithoutCompany1806981000000 } from './migrations/1806981000000-developers-without-company.js';
import { FactorResets1806982000000 } from './migrations/1806982000000-factor-resets.js';
import { GivenPasswords1806982100000 } from './migrations/1806982100000-given-passwords.js';
import { RequestLogByDay1806983000000 } from './migrations/1806983000000-request-log-by-day.js';
import { HistoryByMonth1806983100000 } from './migrations/1806983100000-history-by-month.js';
import { FindByPerson1806983200000 } from './migrations/1806983200000-find-by-person.js';
import { HistoryOfChanges1806984100000 } from './migrations/1806984100000-history-of-changes.js';
import { RefusedCalls1806985200000 } from './migrations/1806985200000-refused-calls.js';
import { NewRevocations1806986100000 } from './migrations/1806986100000-new-revocations.js';
import { StateDigests1806987000000 } from './migrations/1806987000000-state-digests.js';
import { ChosenPasswords1806987130000 } from './migrations/1806987130000-chosen-passwords.js';
import { RefusedAttempts1806987140000 } from './migrations/1806987140000-refused-attempts.js';
import { MailsAbout1806987150000 } from './migrations/1806987150000-mails-about.js';
import { RareLookups1806987410000 } from './migrations/1806987410000-rare-lookups.js';
import { FindFailures1806987420000 } from './migrations/1806987420000-find-failures.js';
import { Announcements1806987520000 } from './migrations/1806987520000-announcements.js';

/** Every migration, oldest first. The app, the command line and the tests share this list. */
export const MIGRATIONS = [
  InitialSchema1790000000000,
  FindRequests1791000000000,
  SecretLastUsed1792000000000,
  IssuedBefore1793000000000,
  ActiveConnectionsOfAccount1793100000000,
  BackgroundWork1794000000000,
  HousekeepingIndexes1794100000000,
  BoundedGrants1796000000000,
  RevokedSigningKeys1797000000000,
  ListIndexes1801000000000,
  PortalFiles1801100000000,
  ScopeNames1802000000000,
  DecisionsInOrder1802500000000,
  AuditAccounts1802600000000,
  AccountPolicies1803200000000,
  EnglishDescriptions1803300000000,
  TimeLimits1803310000000,
  EndReminders1803320000000,
  RegistryPages1803500000000,
  ActiveConnectionsOfClient1803510000000,
  Mails1803600000000,
  PasswordRecovery1803610000000,
  LighterTokens1804000000000,
  ClientDevelopers1805100000000,
  RequestExplanations1805200000000,
  Invitations1805300000000,
  RoomForUse1805400000000,
  SecondFactors1805500000000,
  AdvanceGrants1805600000000,
  AdvanceGrantsForPeople1805700000000,
  ClientLogos1805800000000,
  ClientChangeRequests1805900000000,
  CountsByDay1806100000000,
  Passkeys1806200000000,
  ConsentInAdvance1806400000000,
  ChosenAccounts1806500000000,
  SignInNotices1806700000000,
  RevocationReasons1806800000000,
  ClosedAccounts1806910000000,
  EmailChanges1806920000000,
  IdentityProofs1806930000000,
  RequiredSecondFactors1806940000000,
  AuditRetention1806950000000,
  AuditSeals1806960000000,
  ErasedPeople1806970000000,
  DevelopersWithoutCompany1806981000000,
  FactorResets1806982000000,
  GivenPasswords1806982100000,
  RequestLogByDay1806983000000,
  HistoryByMonth1806983100000,
  FindByPerson1806983200000,
  HistoryOfChanges1806984100000,
  RefusedCalls1806985200000,
  NewRevocations1806986100000,
  StateDigests1806987000000,
  ChosenPasswords1806987130000,
  RefusedAttempts1806987140000,
  MailsAbout1806987150000,
  RareLookups1806987410000,
  FindFailures1806987420000,
  Announcements1806987520000,
];

export const POOL_SIZE = 20;
/** A pool that cannot give a connection within this time answers 503 instead of hanging. */
const CONNECT_TIMEOUT_MS = 5000;
/** No statement of ours takes a second; one that hangs must not hold its connection for good. */
export const STATEMENT_TIMEOUT_MS = 8000;
/** An unused connection is closed after this time. */
const IDLE_TIMEOUT_MS = 8000;
/**
 * A database that stays silent for longer than any statement may run is gone, as when a firewall
 * has dropped the connection. No idle connection gets this old.
 */
const SILENCE_TIMEOUT_MS = 10_000;

const APPLICATION_NAME = 'flixcheck-connect';
const LIMITS = {
  idleTimeoutMillis: IDLE_TIMEOUT_MS,
  stream: impatientSocket,
};

/** What lies between the program and the database. */
export interface Way {
  /** Whether it is a pooler that may give each transaction another connection (PgBouncer). */
  isPooled?: boolean;
  /** Whether a statement that has been prepared under a name is still there at the next one. */
  preparedStatements?: boolean;
}

export function wayOf({
  databaseFeedUrl,
  preparedStatements,
}: {
  databaseFeedUrl?: string;
  preparedStatements?: boolean;
}): Way {
  return { isPooled: databaseFeedUrl !== undefined, preparedStatements };
}

/**
 * How to reach the database. Entities are added by the modules that own them.
 * @param url postgres://…
 * @param poolSize how many connections may be open at a time
 */
export function dataSourceOptions(
  url: string,
  poolSize = POOL_SIZE,
  way: Way = {},
): Extract<DataSourceOptions, { type: 'postgres' }> {
  return {
    type: 'postgres',
    url,
    synchronize: false,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    logging: false,
    poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: APPLICATION_NAME,
    // Without a listener, a restart of the database would end the process.
    poolErrorHandler: () => undefined,
    extra: limits(way),
  };
}

/** How the driver reaches the database without TypeORM, with the same limits. */
export function poolOptions(url: string, way: Way = {}): PoolConfig & Way {
  return {
    connectionString: url,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...limits(way),
  };
}

/** A pooler refuses settings of a session, and has those of its own: `pooler.ts` looks for them. */
function limits(way: Way) {
  return way.isPooled
    ? { ...LIMITS, ...way }
    : { ...LIMITS, ...way, statement_timeout: STATEMENT_TIMEOUT_MS };
}

/** The driver's own limit leaves the connection in the pool, where the next statement waits again. */
function impatientSocket(): Socket {
  const socket = new Socket();
  return socket.setTimeout(SILENCE_TIMEOUT_MS, () => {
    const error = new Error('the database has fallen silent');
    socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  });
}
