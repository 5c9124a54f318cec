import { canonical } from '@flixcheck/password-strength';
import { Injectable } from '@nestjs/common';
import { Algorithm, hash, type Options, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const ARGON2ID = {
  // `const enum`: the compiler and swc both need the number, not the name.
  algorithm: 2 satisfies Algorithm.Argon2id as Algorithm,
  memoryCost: 19 * 1024,
  timeCost: 2,
  parallelism: 1,
} satisfies Options;

/** Stores and verifies passwords. One verification costs some 25 ms of CPU and 19 MiB. */
@Injectable()
export class PasswordHasher {
  private readonly dummyHash = hashOfNothing();

  hash(password: string): Promise<string> {
    return hash(canonical(password), ARGON2ID);
  }

  /**
   * Verifies against a password hash, or against a dummy if there is none, so that an unknown
   * e-mail address takes as long as a wrong password.
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const matches = await verify(passwordHash ?? this.dummyHash, canonical(password));
    return matches && passwordHash !== undefined;
  }
}

/** Made of random bytes instead of a password: as long to verify as any other, made at once. */
function hashOfNothing(): string {
  const { memoryCost, timeCost, parallelism } = ARGON2ID;
  const random = (bytes: number) => randomBytes(bytes).toString('base64').replace(/=+$/, '');
  const parameters = `v=19$m=${memoryCost},t=${timeCost},p=${parallelism}`;
  return `$argon2id$${parameters}$${random(16)}$${random(32)}`;
}
