import { computed, inject, Injectable, signal } from '@angular/core';
import { CURRENT_SESSION } from '../api/addresses';
import { Api, CallOptions } from '../api/api';
import { ApiError, apiErrorFrom } from '../api/problem';
import { Envelope, Session, SessionUser } from '../api/types';
import { SessionExpiry } from './session-expiry';
import { SignedInBefore } from './signed-in-before';

/** A request by somebody who may not be signed in, and need not be. */
export const TELL: CallOptions = { onSessionEnd: 'tell' };

/** Who is signed in, as far as this page has asked. */
@Injectable({ providedIn: 'root' })
export class SessionStore {
  private readonly api = inject(Api);
  private readonly before = inject(SignedInBefore);
  private readonly expiry = inject(SessionExpiry);
  private readonly current = signal<Session | null>(null);

  private readonly failed = signal<ApiError | null>(null);

  private readonly absent = signal(false);

  /** Where somebody was led through the sign-in from, fragment included: it is in no address. */
  cameFor = '';

  /** The API has reported that nobody is signed in, or this page has signed the user out. */
  readonly nobody = this.absent.asReadonly();
  /** Why it is not known who is signed in: the API did not answer, or not well. */
  readonly failure = this.failed.asReadonly();
  readonly session = this.current.asReadonly();
  readonly user = computed(() => this.current()?.user ?? null);
  readonly account = computed(() => this.current()?.account ?? null);
  readonly isAdmin = computed(() => this.current()?.user.role === 'admin');
  readonly isOperator = computed(() => this.current()?.user.role === 'operator');

  readonly isDeveloper = computed(() => this.current()?.developer === true);

  /** The session, asked for once per page load, and anew where it was refused. Null when there is none. */
  async load(): Promise<Session | null> {
    const known = this.current();
    if (known && !this.expiry.over()) return known;
    try {
      const answer = await this.api.get<Envelope<Session>>(CURRENT_SESSION, TELL);
      this.arrive(answer.resource);
      return answer.resource;
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code === 'session_required') {
        this.forget();
        return null;
      }
      this.current.set(null);
      this.failed.set(error);
      throw error;
    }
  }

  /** Takes over a session that has just begun. */
  become(session: Session): void {
    // Of other tabs' storage it is a change also where somebody was signed in before.
    this.before.set(null);
    this.arrive(session);
  }

  /** Ends the session on the server; one that has already ended counts as ended. */
  async signOut(): Promise<void> {
    try {
      await this.api.delete(CURRENT_SESSION, TELL);
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code !== 'session_required') throw error;
    }
    this.forget();
    this.before.set('no');
  }

  /** Takes over what the user has changed about themselves. */
  update(changed: Partial<SessionUser>): void {
    this.current.update(
      (session) => session && { ...session, user: { ...session.user, ...changed } },
    );
  }

  forget(): void {
    this.current.set(null);
    this.absent.set(true);
    this.before.set(null);
  }

  private arrive(session: Session): void {
    this.expiry.begin();
    this.current.set(session);
    this.before.set('yes');
    this.absent.set(false);
    this.failed.set(null);
  }
}
