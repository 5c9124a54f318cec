import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { PASSKEY_CHALLENGE_MS, PasskeyChallenges } from './passkey-challenges.js';

/** More devices than anybody has. */
export const MAX_PASSKEYS = 20;

export interface Passkey {
  id: string;
  /** As the device calls it, and how a browser reaches the device. */
  credentialId: string;
  transports: string[];
  /** What its user calls it. */
  name: string;
  /** It is kept by an account of the device's maker, and so on the user's other devices, too. */
  synced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

export interface PasskeyOwner {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
}

/** A passkey that has proved itself, and with what; to be noted by `use`. */
export interface ProvenPasskey {
  id: string;
  userId: string;
  /** In base64url. */
  challenge: string;
  counter: number;
  synced: boolean;
}

interface StoredPasskey {
  id: string;
  userId: string;
  publicKey: Buffer;
  counter: number;
  transports: string[];
}

/** In base64url: 1,023 bytes (WebAuthn Level 3 §7.1). */
const MAX_CREDENTIAL_ID = 1364;
/** WebAuthn Level 3 §5.8.4. */
const TRANSPORTS = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal'];
/** Ed25519, ES256 and RS256: what devices have (COSE Algorithms registry). */
const ALGORITHMS = [-8, -7, -257];

/** Who makes a passkey: a session after a proof, or whoever accepts the invitation of this token. */
export type PasskeyMaker = { sessionId: string } | { invitation: string };

const SIGN_IN = 'sign-in';
const setUpOf = (by: PasskeyMaker) =>
  'sessionId' in by ? `set-up ${by.sessionId}` : `join ${by.invitation}`;
/** A session lets its user prove again who they are. */
const proofOf = (sessionId: string) => `proof ${sessionId}`;

// Only for those who use passkeys: it brings an ASN.1 parser, which takes its time to load.
const library = () => import('@simplewebauthn/server');

/**
 * Passkeys (WebAuthn Level 3): keys that a device uses only once its user has unlocked it, and only
 * at our address, so that one stands for both steps of a sign-in.
 */
@Injectable()
export class Passkeys {
  /** The address that browsers show. */
  private readonly origin: string;
  private readonly rpId: string;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) { publicUrl }: RuntimeConfig,
    private readonly challenges: PasskeyChallenges,
    private readonly clock: Clock,
  ) {
    const { origin, hostname } = new URL(publicUrl);
    this.origin = origin;
    this.rpId = hostname;
  }

  /** The user's passkeys, oldest first. */
  of(userId: string, db: EntityManager = this.dataSource.manager): Promise<Passkey[]> {
    return db.query(
      `SELECT id, credential_id AS "credentialId", transports, name, synced, created_at AS "createdAt", last_used_at AS "lastUsedAt"
         FROM passkeys WHERE user_id = $1 ORDER BY created_at, id`,
      [userId],
    );
  }

  /** What a browser needs to ask for a passkey of whoever sits there. */
  signInOptions(): PublicKeyCredentialRequestOptionsJSON {
    return {
      rpId: this.rpId,
      challenge: this.challenges.create(SIGN_IN).toString('base64url'),
      userVerification: 'required',
      timeout: PASSKEY_CHALLENGE_MS,
    };
  }

  /**
   * The same for one of these passkeys, by which the user of this session proves who they are.
   */
  proofOptions(
    known: readonly Passkey[],
    sessionId: string,
  ): PublicKeyCredentialRequestOptionsJSON {
    return {
      ...this.signInOptions(),
      challenge: this.challenges.create(proofOf(sessionId)).toString('base64url'),
      allowCredentials: known.map(({ credentialId, transports }) => ({
        ...{ id: credentialId, type: 'public-key' },
        transports: transports as AuthenticatorTransport[],
      })),
    };
  }

  /**
   * What a browser needs to make a passkey.
   * @param known the user's passkeys, which their devices are not to make again
   */
  async setUpOptions(
    { id, email, firstName, lastName }: PasskeyOwner,
    known: readonly Passkey[],
    by: PasskeyMaker,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { generateRegistrationOptions } = await library();
    return generateRegistrationOptions({
      rpName: 'Flixcheck',
      rpID: this.rpId,
      userName: email,
      userDisplayName: `${firstName} ${lastName}`.trim(),
      userID: new TextEncoder().encode(id),
      challenge: new Uint8Array(this.challenges.create(setUpOf(by))),
      timeout: PASSKEY_CHALLENGE_MS,
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: known.map(({ credentialId, transports }) => ({
        id: credentialId,
        transports,
      })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /**
   * Keeps a passkey that the browser has made.
   * @param tx with the user's row locked
   * @returns null if it was made for something else, too long ago, or is known already
   */
  async add(
    tx: EntityManager,
    userId: string,
    by: PasskeyMaker,
    name: string,
    response: RegistrationResponseJSON,
  ): Promise<Passkey | null> {
    const { verifyRegistrationResponse } = await library();
    const made = { challenge: '' };
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) => {
        made.challenge = challenge;
        return this.challenges.isGood(challenge, setUpOf(by));
      },
      expectedOrigin: this.origin,
      expectedRPID: this.rpId,
      supportedAlgorithmIDs: ALGORITHMS,
    }).catch(() => ({ verified: false, registrationInfo: undefined }) as const);
    if (!verified) return null;
    const { credential, credentialBackedUp: synced } = registrationInfo;
    // What is outside the signed part says nothing by itself.
    if (credential.id !== response.id || credential.id.length > MAX_CREDENTIAL_ID) return null;
    if (!(await this.challenges.spend(tx, made.challenge))) return null;
    const transports = knownTransports(credential.transports);
    const id = randomUUID();
    const createdAt = this.clock.now();
    const added: unknown[] = await tx.query(
      `INSERT INTO passkeys
              (id, user_id, credential_id, public_key, transports, counter, name, synced, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (credential_id) DO NOTHING RETURNING 1`,
      [
        ...[id, userId, credential.id, Buffer.from(credential.publicKey), transports],
        ...[credential.counter, name, synced, createdAt],
      ],
    );
    if (added.length === 0) return null;
    return {
      ...{ id, credentialId: credential.id, transports },
      ...{ name, synced, createdAt, lastUsedAt: null },
    };
  }

  /**
   * Whose passkey it is, and whether it has signed a challenge of ours.
   * @param sessionId of the session that asks for a proof; otherwise it is a sign-in
   * @returns null if it is nobody's; `proven`: null if anything of its answer is not right
   */
  async prove(
    response: AuthenticationResponseJSON,
    sessionId?: string,
  ): Promise<{ userId: string; proven: ProvenPasskey | null } | null> {
    const [stored]: StoredPasskey[] = await this.dataSource.query(
      `SELECT id, user_id AS "userId", public_key AS "publicKey", counter::float8 AS counter,
              transports
         FROM passkeys WHERE credential_id = $1`,
      [response.id],
    );
    if (!stored) return null;
    const { verifyAuthenticationResponse } = await library();
    const { id, userId, publicKey, counter, transports } = stored;
    const signed = { challenge: '' };
    const purpose = sessionId === undefined ? SIGN_IN : proofOf(sessionId);
    const answer = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (challenge) => {
        signed.challenge = challenge;
        return this.challenges.isGood(challenge, purpose);
      },
      expectedOrigin: this.origin,
      expectedRPID: this.rpId,
      credential: { id: response.id, publicKey: new Uint8Array(publicKey), counter, transports },
    }).catch(() => undefined);
    if (!answer?.verified) return { userId, proven: null };
    const { newCounter, credentialBackedUp: synced } = answer.authenticationInfo;
    const { challenge } = signed;
    return { userId, proven: { id, userId, challenge, counter: newCounter, synced } };
  }

  /**
   * Notes that a passkey has been used.
   * @returns false if its answer has been used before, or the passkey is gone
   */
  async use(tx: EntityManager, proven: ProvenPasskey): Promise<boolean> {
    const { id, challenge, counter, synced } = proven;
    if (!(await this.challenges.spend(tx, challenge))) return false;
    const [, used]: [unknown, number] = await tx.query(
      'UPDATE passkeys SET counter = $2, synced = $3, last_used_at = $4 WHERE id = $1',
      [id, counter, synced, this.clock.now()],
    );
    return used === 1;
  }

  /** Which of these users have one. */
  async among(userIds: readonly string[]): Promise<Set<string>> {
    const rows: { userId: string }[] = await this.dataSource.query(
      'SELECT DISTINCT user_id AS "userId" FROM passkeys WHERE user_id = ANY ($1::uuid[])',
      [userIds],
    );
    return new Set(rows.map(({ userId }) => userId));
  }

  /** @returns what it was called; null if the user has no such passkey */
  async remove(tx: EntityManager, userId: string, id: string): Promise<string | null> {
    const [removed]: [{ name: string }[], number] = await tx.query(
      'DELETE FROM passkeys WHERE user_id = $1 AND id = $2 RETURNING name',
      [userId, id],
    );
    return removed[0]?.name ?? null;
  }

  /** @returns whether there were any */
  async removeAll(tx: EntityManager, userId: string): Promise<boolean> {
    const [, count]: [unknown, number] = await tx.query('DELETE FROM passkeys WHERE user_id = $1', [
      userId,
    ]);
    return count > 0;
  }
}

function knownTransports(sent: unknown): string[] {
  return Array.isArray(sent) ? TRANSPORTS.filter((transport) => sent.includes(transport)) : [];
}
