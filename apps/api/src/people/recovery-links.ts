import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import type { EntityManager } from 'typeorm';
import type { ApiError } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { RECOVERY_LIFETIME_MS } from '../mail/mail-kinds.js';

/** @returns the token of a link by which the user may replace the password, once */
export async function makeRecoveryLink(
  tx: EntityManager,
  userId: string,
  now: Date,
): Promise<string> {
  const token = randomSecret();
  await tx.query(
    `INSERT INTO password_recoveries (token_hash, user_id, created_at, expires_at)
     VALUES ($1, $2, $3, $4)`,
    [hashSecret(token), userId, now, new Date(now.getTime() + RECOVERY_LIFETIME_MS)],
  );
  return token;
}

/**
 * Ends every link by which the user could replace the password, or the address that such a link
 * goes to.
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
  await endEmailChanges(tx, userId);
  return links.filter(({ good }) => good).map(({ hash }) => hash);
}

/** Ends every link by which the user could take another e-mail address; they still count. */
export async function endEmailChanges(tx: EntityManager, userId: string): Promise<void> {
  await tx.query('UPDATE email_changes SET token_hash = NULL WHERE user_id = $1', [userId]);
}

/**
 * What a link from a mail is answered with that is of no use any more.
 * @param remedy a sentence
 */
export function linkInvalid(remedy: string): ApiError {
  const message = `This link has been used, or has expired. ${remedy}`;
  return validationFailed([{ field: 'token', code: 'link_invalid', message }]);
}
