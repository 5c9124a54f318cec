import { createHash } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';

/** A picture that this program has drawn. */
export interface Logo {
  content: Buffer;
  /** Names the content, so that its address may be cached for good. */
  hash: string;
}

export const logoOf = (content: Buffer): Logo => ({
  content,
  hash: createHash('sha256').update(content).digest('base64url'),
});

/** Where a logo is served, below the program's own address. */
export const logoPath = (clientId: string, hash: string): string =>
  `/guest/v7/oauth-clients/${clientId}/logo/${hash}`;

/** The same in SQL, of the client `c` and its logo `l`. */
const LOGO_PATH = `'/guest/v7/oauth-clients/' || c.client_id || '/logo/' || l.content_hash`;

/** Keeps the logo in place of the one before, in the transaction that makes it the client's. */
export async function keepLogo(
  tx: EntityManager,
  oauthClientId: string,
  { content, hash }: Logo,
  at: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO client_logos (oauth_client_id, content, content_hash, uploaded_at)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (oauth_client_id) DO UPDATE
       SET content = EXCLUDED.content, content_hash = EXCLUDED.content_hash,
           uploaded_at = EXCLUDED.uploaded_at
       WHERE client_logos.content_hash <> EXCLUDED.content_hash`,
    [oauthClientId, content, hash, at],
  );
}

/** For the registry: what was uploaded goes once `logoUri` leads elsewhere. */
export async function dropLogoUnlessAt(
  tx: EntityManager,
  oauthClientId: string,
  logoUri: string | null,
): Promise<void> {
  await tx.query(
    `DELETE FROM client_logos l USING oauth_clients c
      WHERE l.oauth_client_id = $1 AND c.id = $1
        AND right($2::text, length(${LOGO_PATH})) <> ${LOGO_PATH}`,
    [oauthClientId, logoUri ?? ''],
  );
}

/** @returns null for a logo that has been replaced or removed, as for one that never was */
export async function findLogo(
  dataSource: DataSource,
  clientId: string,
  hash: string,
): Promise<Buffer | null> {
  const rows: { content: Buffer }[] = await dataSource.query(
    `SELECT l.content FROM client_logos l JOIN oauth_clients c ON c.id = l.oauth_client_id
      WHERE c.client_id = $1 AND l.content_hash = $2`,
    [clientId, hash],
  );
  return rows[0]?.content ?? null;
}

/**
 * After the program's own address has changed, the logos' addresses follow.
 * @returns the ids of the clients whose address was another one
 */
export async function moveLogos(dataSource: DataSource, publicUrl: string): Promise<string[]> {
  const [moved]: [{ id: string }[], number] = await dataSource.query(
    `UPDATE oauth_clients c
        SET logo_uri = $1 || ${LOGO_PATH},
            version = c.version + 1
       FROM client_logos l
      WHERE l.oauth_client_id = c.id AND c.logo_uri NOT LIKE $1 || '/%'
      RETURNING c.id`,
    [publicUrl],
  );
  return moved.map(({ id }) => id);
}
