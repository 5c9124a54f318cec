import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { ADMIN, MEMBER, PortalApi, test } from './fixtures';
import { databaseUrl } from './place';

const DAY = 86_400_000;
const DAYS_OF_USE = 28;

export interface SampleConnections {
  used: string;
  ended: string;
  refused: string;
  limited: string;
  remove: () => Promise<void>;
}

interface Sample {
  id: string;
  clientId: string;
  owner: string;
  scope: 'read' | 'readwrite';
  /** Days ago, like all that follow. */
  granted: number;
  renewed?: number;
  used?: number;
  /** Days from now. */
  ends?: number;
  refused?: number;
  ended?: number;
  endedBy?: string;
  reason?: string;
  /** The latest consent is an admin's, in advance. */
  inAdvance?: boolean;
}

/**
 * Nothing but the samples is connected in the demo company while the tests of a file run.
 * @returns what gives them to a test
 */
export function withSampleConnections(): () => SampleConnections {
  let sample: SampleConnections;
  test.beforeAll(async ({ playwright }) => {
    const request = await playwright.request.newContext();
    await (await PortalApi.signIn(request, ADMIN)).endAllConnections();
    await request.dispose();
    sample = await sampleConnections();
  });
  test.afterAll(() => sample.remove());
  return () => sample;
}

/**
 * Months of use of the demo company, in every state of health, written to the database: no test can
 * wait for it. Nobody there may have a connection.
 */
export async function sampleConnections(): Promise<SampleConnections> {
  const samples: Sample[] = [
    {
      clientId: 'maklerwelt-crm',
      owner: MEMBER,
      scope: 'readwrite',
      granted: 143,
      renewed: 20.3,
      inAdvance: true,
      used: 0.002,
    },
    { clientId: 'belegscanner', owner: MEMBER, scope: 'read', granted: 201, used: 118, ends: 9.2 },
    { clientId: 'maklerwelt-crm', owner: ADMIN, scope: 'read', granted: 0.9 },
    {
      clientId: 'belegscanner',
      owner: ADMIN,
      scope: 'readwrite',
      granted: 47,
      used: 12,
      refused: 2,
    },
    {
      clientId: 'assistent-desktop',
      owner: MEMBER,
      scope: 'readwrite',
      granted: 88,
      used: 31,
      ended: 30,
      endedBy: ADMIN,
      reason: 'admin',
    },
    {
      clientId: 'belegscanner',
      owner: ADMIN,
      scope: 'read',
      granted: 260,
      used: 62,
      ended: 61,
      reason: 'client',
    },
  ].map((sample) => ({ ...sample, id: randomUUID() }) as Sample);
  await withDatabase(async (client) => {
    const now = Date.now();
    for (const sample of samples) await insert(client, sample, now);
  });
  return {
    used: samples[0]?.id ?? '',
    ended: samples[4]?.id ?? '',
    refused: samples[3]?.id ?? '',
    limited: samples[1]?.id ?? '',
    remove: () =>
      withDatabase(async (client) => {
        const ids = samples.map(({ id }) => id);
        await client.query('DELETE FROM connections WHERE id = ANY ($1)', [ids]);
      }),
  };
}

async function insert(client: Client, sample: Sample, now: number): Promise<void> {
  const at = (days: number) => new Date(now - days * DAY);
  const atOrNull = (days: number | undefined) => (days === undefined ? null : at(days));
  await client.query(
    `INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at,
       last_used_at, last_refresh_refused_at, revoked_at, revoked_by, revocation_reason, expires_at,
       advance_at, advance_by)
     SELECT $1, app.id, owner.id, owner.account_id, $2, $3, $4, $5, $6, ender.id, $7, $11,
       $12, admin.id
     FROM oauth_clients app JOIN users owner ON owner.email = $8
     LEFT JOIN users ender ON ender.email = $9
     LEFT JOIN users admin ON admin.email = $13
     WHERE app.client_id = $10`,
    [
      sample.id,
      sample.scope,
      at(sample.renewed ?? sample.granted),
      atOrNull(sample.used),
      atOrNull(sample.refused),
      atOrNull(sample.ended),
      sample.reason ?? null,
      sample.owner,
      sample.endedBy ?? null,
      sample.clientId,
      atOrNull(sample.ends === undefined ? undefined : -sample.ends),
      sample.inAdvance ? at(sample.granted) : null,
      sample.inAdvance ? ADMIN : null,
    ],
  );
  const event = (type: string, days: number, email?: string, inAdvance = false) =>
    client.query(
      `INSERT INTO connection_events (connection_id, at, type, actor_id, scope, in_advance)
       VALUES ($1, $2, $3, (SELECT id FROM users WHERE email = $4), $5, $6)`,
      [sample.id, at(days), type, email ?? null, sample.scope, inAdvance],
    );
  const used = async (days: number, requests: number) => {
    await client.query(
      'INSERT INTO connection_usage (connection_id, day, requests) VALUES ($1, $2, $3)',
      [sample.id, at(days).toISOString().slice(0, 10), requests],
    );
    await event('used', days);
  };
  await event('granted', sample.granted, sample.owner);
  if (sample.used !== undefined) await event('token_issued', sample.granted - 0.001);
  if (sample.used !== undefined && sample.used < 1) {
    // Two days less than the page shows, so that all of them are on it when midnight has passed.
    for (let day = DAYS_OF_USE - 1; day >= 0; day -= 1) {
      if (sample.renewed && Math.floor(sample.renewed) === day) {
        const { inAdvance } = sample;
        await event('renewed', sample.renewed, inAdvance ? ADMIN : sample.owner, inAdvance);
      }
      // More on some days than on others, none at weekends.
      const requests = day % 7 < 5 ? 4 + ((day * 37) % 23) : 0;
      if (requests === 0) continue;
      await used(day + 0.002, requests);
    }
  }
  if (sample.used !== undefined && sample.used >= 1 && sample.used < 30) {
    await used(sample.used, 9);
  }
  if (sample.refused !== undefined) await event('refresh_refused', sample.refused);
  if (sample.ended !== undefined) await event('revoked', sample.ended, sample.endedBy);
}

async function withDatabase(work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
