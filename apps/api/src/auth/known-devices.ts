import { Inject, Injectable } from '@nestjs/common';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DAY, SECOND } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { normalizeEmail } from '../users/users.service.js';
import { hostCookie, type HostCookie } from './host-cookie.js';

/** How long a browser is known after its last sign-in. */
export const KNOWN_FOR_MS = 365 * DAY;
/** For colleagues who share a computer. Where there are more, the latest to sign in are kept. */
const MAX_USERS = 5;
const RANDOM_BYTES = 16;
/** Milliseconds since 1970, at the end of an id. */
const TIME_BYTES = 6;
const PROOF_BYTES = 32;

/**
 * The browsers from which a user has signed in before. Their failures are counted apart, so that
 * a stranger who keeps guessing a password does not keep its owner out (OWASP Authentication Cheat
 * Sheet, "device cookies"). The cookie proves nothing else: a password is still needed.
 */
@Injectable()
export class KnownDevices {
  private readonly cookie: HostCookie;
  /** One for each valid APP_SECRET: a browser stays known after the secret has changed. */
  private readonly keys: readonly [present: Buffer, ...previous: Buffer[]];

  constructor(@Inject(CONFIG) config: RuntimeConfig) {
    this.cookie = hostCookie('device', config);
    this.keys = deriveKeys(config, 'browsers that have signed in');
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.cookie.name];
  }

  /**
   * @param cookie from `read`
   * @param address in lower case
   * @returns the id of the browser for this user, or null where they have not signed in there
   */
  find(cookie: string | undefined, address: string): string | null {
    return this.entryOf(cookie, address)?.id ?? null;
  }

  /**
   * When the user last signed in there; for a cookie from before this was noted, long ago.
   * @returns null where they have not signed in
   */
  knownSince(cookie: string | undefined, address: string): Date | null {
    const entry = this.entryOf(cookie, address);
    if (!entry) return null;
    const bytes = Buffer.from(entry.id, 'base64url');
    const isDated = bytes.length === RANDOM_BYTES + TIME_BYTES;
    return new Date(isDated ? bytes.readUIntBE(RANDOM_BYTES, TIME_BYTES) : 0);
  }

  /**
   * Gives the browser a new id for this user, so that an allowance that is used up is not kept.
   * @param at when the user signed in
   */
  remember(request: FastifyRequest, reply: FastifyReply, email: string, at: Date): void {
    const address = normalizeEmail(email);
    const others = entriesOf(this.read(request)).filter((entry) => !this.belongsTo(entry, address));
    const id = newId(at);
    const entry = { id, proof: prove(this.keys[0], id, address) };
    const value = [entry, ...others]
      .slice(0, MAX_USERS)
      .map(({ id, proof }) => `${id}.${proof.toString('base64url')}`)
      .join('~');
    reply.setCookie(this.cookie.name, value, {
      ...this.cookie.attributes,
      maxAge: KNOWN_FOR_MS / SECOND,
    });
  }

  private entryOf(cookie: string | undefined, address: string): Entry | undefined {
    return entriesOf(cookie).find((entry) => this.belongsTo(entry, address));
  }

  private belongsTo({ id, proof }: Entry, address: string): boolean {
    return this.keys.some((key) => timingSafeEqual(proof, prove(key, id, address)));
  }
}

interface Entry {
  id: string;
  proof: Buffer;
}

function entriesOf(cookie = ''): Entry[] {
  return cookie
    .split('~', MAX_USERS)
    .map((text) => {
      const [id = '', proof = ''] = text.split('.', 2);
      return { id, proof: Buffer.from(proof, 'base64url') };
    })
    .filter(({ proof }) => proof.length === PROOF_BYTES);
}

function newId(at: Date): string {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeUIntBE(at.getTime(), 0, TIME_BYTES);
  return Buffer.concat([randomBytes(RANDOM_BYTES), time]).toString('base64url');
}

/** Ends with the address, which alone may be of any length and hold any character. */
function prove(key: Buffer, id: string, address: string): Buffer {
  return createHmac('sha256', key).update(`${id} ${address}`).digest();
}
