import { inject, Injectable, signal } from '@angular/core';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { Envelope, PasswordJudgement } from '../api/types';

/** How long typing has to pause before the API is asked. */
const PAUSE_MS = 350;
const JUDGE = '/user/v7/users/me/password-strength';

export interface PasswordStrength {
  /** The API's level, accepted from 2 on; null while it is asked, or if it does not answer. */
  level: 0 | 1 | 2 | 3 | 4 | null;
  /** What to improve; null when it is good. */
  weakness: PasswordJudgement['weakness'];
  /** How many characters the minimum is away. */
  missing: number;
}

const UNKNOWN: PasswordStrength = { level: null, weakness: null, missing: 0 };

/**
 * How good the password being typed is, in the words of the API, which accepts or refuses it. Too
 * short is what this page sees by itself. Provide it per form.
 */
@Injectable()
export class StrengthOfPassword {
  private readonly api = inject(Api);
  private readonly current = signal<PasswordStrength | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = '';

  /** Null while nothing has been typed. */
  readonly strength = this.current.asReadonly();

  /** @param password what stands in the field now */
  typed(password: string): void {
    if (password === this.asked) return;
    clearTimeout(this.timer);
    this.asked = password;
    const missing = MIN_PASSWORD_LENGTH - lengthOf(password);
    if (password === '') this.current.set(null);
    else if (missing > 0) this.current.set({ level: 0, weakness: 'too_short', missing });
    else if (lengthOf(password) > MAX_PASSWORD_LENGTH) {
      this.current.set({ level: 0, weakness: 'too_long', missing: 0 });
    } else {
      this.current.set(UNKNOWN);
      this.timer = setTimeout(() => void this.ask(password), PAUSE_MS);
    }
  }

  private async ask(password: string): Promise<void> {
    try {
      const { resource } = await this.api.post<Envelope<PasswordJudgement>>(
        JUDGE,
        { resource: { password } },
        { onSessionEnd: 'tell' },
      );
      if (password === this.asked) {
        this.current.set({
          level: resource.level as PasswordStrength['level'],
          weakness: resource.weakness,
          missing: 0,
        });
      }
    } catch {
      // The bar is advice: sending the form says what is wrong.
    }
  }
}

/** In characters, as the password is stored (NFKC), or as it is typed where that is more. */
export function lengthOf(password: string): number {
  const typed = [...password].length;
  const stored = [...password.normalize('NFKC')].length;
  return stored > MAX_PASSWORD_LENGTH ? Math.max(typed, stored) : Math.min(typed, stored);
}
