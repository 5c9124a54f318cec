import { describe, expect, it } from '@jest/globals';
import type { FactoryProvider } from '@nestjs/common';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CONTINUATION_MS } from './account-policy/approval-requests.js';
import { approvalRetention } from './account-policy/approval-retention.js';
import { authRetention } from './auth/auth-retention.js';
import { SESSION_LIMITS } from './auth/sessions.service.js';
import type { KeptPartitions, KeptRows } from './background/retention.js';
import { DAY } from './config/clock.js';
import { inWords } from './config/in-words.js';
import { RETAINED, type Retained, RETENTION_PERIODS } from './config/retention-periods.js';
import { connectionsRetention } from './connections/connections-retention.js';
import { EMAIL_CHANGE_LIFETIME_MS } from './mail/email-change-mails.js';
import { SETTLED_MAILS } from './mail/mail-housekeeping.js';
import {
  DISAVOWAL_LIFETIME_MS,
  INVITATION_LIFETIME_MS,
  RECOVERY_LIFETIME_MS,
} from './mail/mail-kinds.js';
import { clientChangeRetention } from './oauth-clients/client-change-retention.js';
import { developerInvitationsRetention } from './oauth-clients/developer-invitations-retention.js';
import { EXPIRED_SECRETS_KEPT_MS } from './oauth-clients/client-secrets.service.js';
import { requestLogRetention } from './oauth-clients/request-log-retention.js';
import { codesRetention } from './oauth-codes/codes-retention.js';
import { REFRESH_TOKEN_IDLE_MS } from './oauth-tokens/token-rules.js';
import { OLD_ANNOUNCEMENTS } from './operations/announcements-housekeeping.js';
import { OUTDATED_FILES } from './operations/portal-files.js';
import { emailChangesRetention } from './people/email-changes-retention.js';
import { invitationsRetention } from './people/invitations-retention.js';
import { passwordRecoveryRetention } from './people/password-recovery-retention.js';
import { passkeyChallengesRetention } from './users/passkey-challenges.js';

/** What is exported, and erased, as their modules declare it. */
const PERSONAL_DATA = [
  authPersonalData,
  checksPersonalData,
  clientsPersonalData,
  codesPersonalData,
  connectionsPersonalData,
  mailPersonalData,
  peoplePersonalData,
  policyPersonalData,
  tokensPersonalData,
  usersPersonalData,
];

const PAGE = readFileSync(resolve(__dirname, '../../../docs/privacy.md'), 'utf8');
const MIGRATIONS = join(__dirname, 'database/migrations');
import { authPersonalData } from './auth/auth-personal-data.js';
import { checksPersonalData } from './checks/checks-personal-data.js';
import { connectionsPersonalData } from './connections/connections-personal-data.js';
import { clientsPersonalData } from './oauth-clients/clients-personal-data.js';
import { codesPersonalData } from './oauth-codes/codes-personal-data.js';
import { mailPersonalData } from './mail/mail-personal-data.js';
import { peoplePersonalData } from './people/people-personal-data.js';
import { policyPersonalData } from './account-policy/policy-personal-data.js';
import { tokensPersonalData } from './oauth-tokens/tokens-personal-data.js';
import { usersPersonalData } from './users/users-personal-data.js';
import type { PersonalRecords } from './database/personal-data.js';

/** What the steps of the housekeeping delete, as their modules declare it. */
const RETENTIONS = [
  approvalRetention,
  authRetention,
  clientChangeRetention,
  codesRetention,
  connectionsRetention,
  developerInvitationsRetention,
  emailChangesRetention,
  invitationsRetention,
  passkeyChallengesRetention,
  passwordRecoveryRetention,
  requestLogRetention,
];

/** By table, the rest of its row in the part of the page under this heading. */
function rowsUnder(heading: string): Map<string, string> {
  const part = PAGE.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return new Map(
    [...part.matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(
      ([, name, rest]) => [name, rest] as [string, string],
    ),
  );
}

function tablesOfMigrations(): string[] {
  const tables = new Set<string>();
  for (const file of readdirSync(MIGRATIONS).sort()) {
    const [up = ''] = readFileSync(join(MIGRATIONS, file), 'utf8').split('async down(');
    for (const [, name = ''] of up.matchAll(/CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)/g))
      tables.add(name);
    for (const [, names = ''] of up.matchAll(/DROP TABLE (?:IF EXISTS )?([\w, ]+)/g)) {
      for (const name of names.split(',')) tables.delete(name.trim());
    }
  }
  return [...tables].sort();
}

function keptRows({ useFactory }: FactoryProvider): (KeptRows | KeptPartitions)[] {
  const steps = useFactory(undefined, undefined, { step: () => undefined }) as {
    rows: (KeptRows | KeptPartitions)[];
  }[];
  return steps.flatMap(({ rows }) => rows);
}

const KEPT = [...RETENTIONS.flatMap(keptRows), SETTLED_MAILS, OUTDATED_FILES, OLD_ANNOUNCEMENTS];
/** The tables of which an installation may choose how long they are kept. */
const PERIODS: [table: string, period: Retained][] = [
  ...KEPT.flatMap((kept): [string, Retained][] =>
    'period' in kept ? [[kept.table, kept.period]] : [],
  ),
  // By steps of their own.
  ['audit_records', 'failedAttempts'],
  ['refresh_token_families', 'expiredTokens'],
];

function personalRecords({ useFactory }: FactoryProvider): PersonalRecords[] {
  return useFactory({ declare: () => undefined }) as PersonalRecords[];
}

describe('the page about data protection', () => {
  it('has a row for every table of the database, and for no other', () => {
    expect([...rowsUnder('What is stored').keys()].sort()).toEqual(tablesOfMigrations());
  });

  it('says how long for no table that does not exist, each once', () => {
    const tables = [...PAGE.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
    const kept = [...rowsUnder('How long').keys()];
    const leftOut = [...rowsUnder('What an export leaves out').keys()];
    expect(kept.filter((name) => !tablesOfMigrations().includes(name))).toEqual([]);
    expect(tables).toHaveLength(tablesOfMigrations().length + kept.length + leftOut.length);
  });

  it('says of every table about people that an export has it, or why it leaves it out', () => {
    const records = PERSONAL_DATA.flatMap(personalRecords);
    const exported = records
      .filter((record) => record.export !== undefined)
      .flatMap(({ tables }) => tables);
    const leftOut = [...rowsUnder('What an export leaves out').keys()];
    const aboutPeople = [...rowsUnder('What is stored')]
      .filter(([, row]) => !/^ *business *\|/.test(row))
      .map(([name]) => name);
    expect([...new Set([...aboutPeople, ...exported])].sort()).toEqual(
      [...exported, ...leftOut].sort(),
    );
  });

  it.each([
    ...KEPT.flatMap((kept) =>
      'keptMs' in kept && kept.keptMs > 0 ? [[kept.table, kept.keptMs] as const] : [],
    ),
    ...PERIODS.map(([table, period]) => [table, RETENTION_PERIODS[period].days * DAY] as const),
    ['refresh_token_families', REFRESH_TOKEN_IDLE_MS],
    ['oauth_client_secrets', EXPIRED_SECRETS_KEPT_MS],
    ...Object.values(SESSION_LIMITS).flatMap(({ idleMs, absoluteMs }) => [
      ['sessions', idleMs] as const,
      ['sessions', absoluteMs] as const,
    ]),
    ['approval_continuations', CONTINUATION_MS],
    ['sign_in_notices', DISAVOWAL_LIFETIME_MS],
    ['email_changes', EMAIL_CHANGE_LIFETIME_MS],
    ['invitations', INVITATION_LIFETIME_MS],
    ['client_developer_invitations', INVITATION_LIFETIME_MS],
    ['password_recoveries', RECOVERY_LIFETIME_MS],
  ])('says how long as the code does: %s', (table, ms) => {
    expect(rowsUnder('How long').get(table)).toContain(inWords(ms));
  });

  it.each(PERIODS)(
    'says by which setting a period is chosen, and from what: %s',
    (table, period) => {
      const { variable, least, most } = RETENTION_PERIODS[period];
      expect(rowsUnder('How long').get(table)).toContain(`| \`${variable}\`, ${least} to ${most}`);
    },
  );

  it('says of every other period why it is none to choose', () => {
    const chosen = PERIODS.map(([table]) => table);
    const others = [...rowsUnder('How long')].filter(([table]) => !chosen.includes(table));
    expect(others.filter(([, row]) => !/\| no: \w/.test(row))).toEqual([]);
  });

  it('names every period that an installation may choose', () => {
    const named = RETAINED.filter((period) => {
      const { variable, least, most } = RETENTION_PERIODS[period];
      const text = `\`${variable}\`, ${least} to ${most}`;
      return PAGE.replace(/\s+/g, ' ').includes(text);
    });
    expect(named).toEqual(RETAINED);
  });

  it('says of every table that housekeeping deletes from how long it is kept', () => {
    const deleted = KEPT.map(({ table }) => table);
    expect(deleted.filter((table) => !rowsUnder('How long').has(table))).toEqual([]);
  });

  it('knows every declaration of what is deleted, and of what is about people', () => {
    const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
    const declared = files
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .flatMap((file) => [
        ...readFileSync(join(__dirname, file), 'utf8').matchAll(
          /^export const \w+ = (retention|personalData)\(/gm,
        ),
      ]);
    const of = (kind: string) => declared.filter(([, name]) => name === kind);
    expect(of('retention')).toHaveLength(RETENTIONS.length);
    expect(of('personalData')).toHaveLength(PERSONAL_DATA.length);
  });
});
