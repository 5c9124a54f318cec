import { HttpClient, HttpContext } from '@angular/common/http';
import { computed, inject, Injectable, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { HANDLES_SESSION_END } from '../api/api-interceptor';
import { apiErrorFrom } from '../api/problem';
import { Envelope, Session } from '../api/types';

/** Who is signed in, as far as this page has asked. */
@Injectable({ providedIn: 'root' })
export class SessionStore {
  private readonly http = inject(HttpClient);
  private readonly current = signal<Session | null>(null);

  readonly session = this.current.asReadonly();
  readonly user = computed(() => this.current()?.user ?? null);
  readonly account = computed(() => this.current()?.account ?? null);
  readonly isAdmin = computed(() => this.current()?.user.role === 'admin');

  /** The session, asked for once per page load. Null when there is none. */
  async load(): Promise<Session | null> {
    const known = this.current();
    if (known) return known;
    try {
      const answer = await firstValueFrom(
        this.http.get<Envelope<Session>>('/user/v7/sessions/current', {
          context: new HttpContext().set(HANDLES_SESSION_END, true),
        }),
      );
      this.current.set(answer.resource);
      return answer.resource;
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code === 'session_required') return null;
      throw error;
    }
  }

  async signIn(email: string, password: string): Promise<Session> {
    const answer = await firstValueFrom(
      this.http.post<Envelope<Session>>(
        '/guest/v7/sessions',
        { resource: { email, password } },
        { context: new HttpContext().set(HANDLES_SESSION_END, true) },
      ),
    );
    this.current.set(answer.resource);
    return answer.resource;
  }

  /** Ends the session on the server; one that has already ended counts as ended. */
  async signOut(): Promise<void> {
    try {
      await firstValueFrom(
        this.http.delete<void>('/user/v7/sessions/current', {
          context: new HttpContext().set(HANDLES_SESSION_END, true),
        }),
      );
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code !== 'session_required') throw error;
    }
    this.current.set(null);
  }

  forget(): void {
    this.current.set(null);
  }
}
