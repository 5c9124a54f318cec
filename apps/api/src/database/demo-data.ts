import { hash } from '@node-rs/argon2';
import { hashSecret } from '@flixcheck/oauth-protocol';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';

/** Published, so never to be used in production. */
export const DEMO_PASSWORD = 'demo-passwort-2026';

const ACCOUNTS = [
  {
    name: 'Musterhaus Versicherungsmakler GmbH',
    users: [
      ['admin@musterhaus.example', 'Admin', 'Musterhaus', 'admin'],
      ['user@musterhaus.example', 'User', 'Musterhaus', 'member'],
    ],
  },
  {
    name: 'Beispiel Assekuranz AG',
    users: [['admin@beispiel.example', 'Admin', 'Beispiel', 'admin']],
  },
  {
    name: 'Flixcheck',
    users: [['operator@flixcheck.example', 'Operator', 'Flixcheck', 'operator']],
  },
] as const;

const clients = (demoClientPort: number) => [
  {
    clientId: 'maklerwelt-crm',
    name: 'Maklerwelt CRM',
    description: 'Verwaltet Kunden und Verträge und startet Flixchecks direkt aus der Kundenakte.',
    descriptionEn:
      'Manages customers and contracts, and starts Flixchecks right from the customer’s file.',
    publisher: 'Maklerwelt Software GmbH',
    verified: true,
    kind: 'confidential',
    requirePkce: false,
    secret: 'maklerwelt-crm-demo-secret',
    redirectUris: ['localhost', '127.0.0.1'].map(
      (host) => `http://${host}:${demoClientPort || 4000}/callback`,
    ),
    homepage: 'https://maklerwelt.example',
    privacy: 'https://maklerwelt.example/datenschutz',
    start: `http://localhost:${demoClientPort || 4000}/connect`,
  },
  {
    clientId: 'assistent-desktop',
    name: 'Assistent Desktop',
    description: 'Legt Flixchecks vom Schreibtisch aus an, ohne Umweg über den Browser.',
    descriptionEn: 'Creates Flixchecks from the desktop, without a detour through the browser.',
    publisher: 'Assistent Labs GmbH',
    verified: false,
    kind: 'public',
    requirePkce: true,
    secret: undefined,
    redirectUris: ['http://127.0.0.1/callback'],
    homepage: 'https://assistent.example',
    privacy: 'https://assistent.example/datenschutz',
    start: null,
  },
  {
    clientId: 'belegscanner',
    name: 'Belegscanner',
    description: 'Liest eingereichte Belege und ordnet sie dem passenden Flixcheck zu.',
    descriptionEn: 'Reads the receipts that customers send in, and files each with its Flixcheck.',
    publisher: 'Belegscanner AG',
    verified: true,
    kind: 'confidential',
    requirePkce: true,
    secret: 'belegscanner-demo-secret',
    redirectUris: ['https://belegscanner.example/oauth/callback'],
    homepage: 'https://belegscanner.example',
    privacy: 'https://belegscanner.example/datenschutz',
    start: 'https://belegscanner.example/flixcheck',
  },
];

/**
 * Fills an empty database with the demo accounts, users and clients, once and as a whole.
 * @returns false when there were accounts already
 */
export async function fillDemoData(
  dataSource: DataSource,
  { demoClientPort, now }: { demoClientPort: number; now: Date },
): Promise<boolean> {
  // argon2id, 19 MiB, 2 passes, 1 lane; hashed once, because all demo users share the password.
  const passwordHash = await hash(DEMO_PASSWORD, {
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
  });
  return dataSource.transaction(async (tx) => {
    await tx.query('LOCK TABLE accounts IN EXCLUSIVE MODE');
    const [{ filled }] = await tx.query('SELECT EXISTS (SELECT 1 FROM accounts) AS filled');
    if (filled) return false;
    await insertAccounts(tx, passwordHash, now);
    await insertClients(tx, demoClientPort, now);
    return true;
  });
}

async function insertAccounts(tx: EntityManager, passwordHash: string, now: Date): Promise<void> {
  for (const { name, users } of ACCOUNTS) {
    const accountId = randomUUID();
    await tx.query('INSERT INTO accounts (id, name, created_at) VALUES ($1, $2, $3)', [
      accountId,
      name,
      now,
    ]);
    for (const [email, firstName, lastName, role] of users) {
      await tx.query(
        `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
           password_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'de', 'active', $7, $8, $8)`,
        [randomUUID(), accountId, email, firstName, lastName, role, passwordHash, now],
      );
    }
  }
}

async function insertClients(tx: EntityManager, demoClientPort: number, now: Date): Promise<void> {
  for (const client of clients(demoClientPort)) {
    const id = randomUUID();
    await tx.query(
      `INSERT INTO oauth_clients (id, client_id, name, description, description_en,
         publisher, publisher_verified, kind, redirect_uris, scopes, require_pkce, status, listed, logo_uri, homepage_uri,
         privacy_policy_uri, start_uri, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{read,readwrite}', $10, 'active', true, NULL, $11, $12, $13, $14, $14)
       ON CONFLICT (client_id) DO NOTHING`,
      [
        id,
        client.clientId,
        client.name,
        client.description,
        client.descriptionEn,
        client.publisher,
        client.verified,
        client.kind,
        client.redirectUris,
        client.requirePkce,
        client.homepage,
        client.privacy,
        client.start,
        now,
      ],
    );
    if (client.secret === undefined) continue;
    await tx.query(
      `INSERT INTO oauth_client_secrets (id, oauth_client_id, secret_hash, last_four, created_at)
       VALUES ($1, $2, $3, $4, $5)`,
      [randomUUID(), id, hashSecret(client.secret), client.secret.slice(-4), now],
    );
  }
}
