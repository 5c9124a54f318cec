/** What the browser makes of a passkey, for the API. */
export type PasskeyAnswer = object;

/** Whether this browser knows passkeys, and reads and writes them as JSON (WebAuthn Level 3). */
export function knowsPasskeys(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'
  );
}

/** Whether the browser can offer passkeys in the field for the e-mail address. */
export async function offersPasskeys(): Promise<boolean> {
  return knowsPasskeys() && (await PublicKeyCredential.isConditionalMediationAvailable());
}

/**
 * Asks for a passkey.
 * @param mediation `conditional`: only once somebody picks one in the field for the e-mail address
 * @returns null if nobody has chosen one, or the page has given up
 */
export function askForPasskey(
  options: PublicKeyCredentialRequestOptionsJSON,
  mediation: CredentialMediationRequirement,
  signal: AbortSignal,
): Promise<PasskeyAnswer | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return answered(() => navigator.credentials.get({ publicKey, mediation, signal }));
}

/**
 * @returns null if nobody has wanted it after all
 * @throws DOMException InvalidStateError if this device has one of the user already
 */
export function makePasskey(
  options: PublicKeyCredentialCreationOptionsJSON,
  signal: AbortSignal,
): Promise<PasskeyAnswer | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return answered(() => navigator.credentials.create({ publicKey, signal }));
}

/** Refused by the user, by the time that has passed, and given up by the page: all the same. */
const NOBODY_WANTED = ['NotAllowedError', 'AbortError'];

async function answered(ask: () => Promise<Credential | null>): Promise<PasskeyAnswer | null> {
  try {
    const credential = (await ask()) as PublicKeyCredential | null;
    return credential && (credential.toJSON() as PasskeyAnswer);
  } catch (cause) {
    if (cause instanceof DOMException && NOBODY_WANTED.includes(cause.name)) return null;
    throw cause;
  }
}
