import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  type Judgement,
  PasswordJudge,
  MAX_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH,
} from '@flixcheck/password-strength';
import { ApiError } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';

/** A few seconds' worth of judgements; anybody after that is better off trying again. */
const MAX_WAITING = 64;
const RETRY_AFTER_SECONDS = 2;

/** One thread for the process: a command that runs beside the program would start another. */
const judge = new PasswordJudge();
let policies = 0;

/** Judges new passwords, wherever one is chosen and for the page that gives advice. */
@Injectable()
export class PasswordPolicy implements OnModuleDestroy {
  private waiting = 0;

  constructor() {
    policies += 1;
  }

  async onModuleDestroy(): Promise<void> {
    policies -= 1;
    if (policies === 0) await judge.close();
  }

  /**
   * @param personal what everybody knows of the user: names, e-mail address, company
   * @throws ApiError service_unavailable while too many wait
   */
  async assess(password: string, personal: readonly string[]): Promise<Judgement> {
    if (this.waiting >= MAX_WAITING) {
      throw new ApiError(
        'service_unavailable',
        `Too many passwords are being judged at the moment. Try again in ${RETRY_AFTER_SECONDS} seconds.`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS, reason: 'too_many_waiting' },
      );
    }
    this.waiting += 1;
    try {
      return await judge.judge(password, personal);
    } finally {
      this.waiting -= 1;
    }
  }

  /** @throws ApiError validation_failed at the field, service_unavailable while too many wait */
  async refuseWeak(field: string, password: string, personal: readonly string[]): Promise<void> {
    const { level, weakness } = await this.assess(password, personal);
    if (level > 1) return;
    if (weakness === 'too_short') throw refusal(field, 'min_length', TOO_SHORT);
    if (weakness === 'too_long') throw refusal(field, 'max_length', TOO_LONG);
    throw refusal(field, 'too_common', TOO_COMMON);
  }
}

const TOO_SHORT = `A password has at least ${MIN_PASSWORD_LENGTH} characters.`;
const TOO_LONG = `A password has at most ${MAX_PASSWORD_LENGTH} characters; a sign that stands for several counts as these.`;
const TOO_COMMON =
  'This password is easy to guess: a well-known one, a word or name with some digits, a repetition or a row of keys. Use three or more words that have nothing to do with each other.';

function refusal(field: string, code: string, message: string): ApiError {
  return validationFailed([{ field, code, message }]);
}
