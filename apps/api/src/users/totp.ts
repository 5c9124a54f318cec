import { Secret, TOTP } from 'otpauth';

/** What every authenticator app does without being told (RFC 6238 §1.2, §4). */
const ALGORITHM = 'SHA1';
const DIGITS = 6;
const STEP_SECONDS = 30;
/** As long as what the algorithm makes of it (RFC 4226 §4, R6). */
const SECRET_BYTES = 20;
/** Clocks differ, and people type slowly: the code before and the one after count, too (RFC 6238 §5.2). */
const TOLERANCE_STEPS = 1;
const ISSUER = 'Flixcheck';

export const newTotpSecret = (): Buffer => Buffer.from(new Secret({ size: SECRET_BYTES }).bytes);

/**
 * @param code as typed, without spaces
 * @returns the time step whose code it is, so that the caller can refuse it the second time; null if
 *   it is none of them
 */
export function stepOfCode(secret: Buffer, code: string, at: Date): number | null {
  const totp = totpOf(secret);
  const timestamp = at.getTime();
  const delta = totp.validate({ token: code, timestamp, window: TOLERANCE_STEPS });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}

/** What somebody types into an app, and what its camera reads instead. */
export function setUpOf(secret: Buffer, email: string): { secret: string; uri: string } {
  const totp = totpOf(secret, email);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

function totpOf(secret: Buffer, label = ''): TOTP {
  return new TOTP({
    issuer: ISSUER,
    label,
    algorithm: ALGORITHM,
    digits: DIGITS,
    period: STEP_SECONDS,
    // A copy: a Buffer may be part of a larger pool.
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
  });
}
