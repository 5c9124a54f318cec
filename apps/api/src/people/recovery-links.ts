import type { EntityManager } from 'typeorm';

/**
 * Ends every link by which the user could replace the password.
 * @param tx which has written the user's row, so that others who do the same wait for it
 * @returns the hashes of those that were still good
 */
export async function endRecoveryLinks(
  tx: EntityManager,
  userId: string,
  now: Date,
): Promise<Buffer[]> {
  const [links]: [{ hash: Buffer; good: boolean }[]] = await tx.query(
    `DELETE FROM password_recoveries WHERE user_id = $1
     RETURNING token_hash AS hash, expires_at > $2 AS good`,
    [userId, now],
  );
  return links.filter(({ good }) => good).map(({ hash }) => hash);
}
