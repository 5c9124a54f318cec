import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import { AcceptanceInput, Envelope, Session } from '../api/types';
import type { PasskeyAnswer } from './passkeys';
import { SessionStore, TELL } from './session-store';

/** With a password, or with what the browser has made of a passkey. */
export type Acceptance = Omit<AcceptanceInput, 'credential'> & { credential?: PasskeyAnswer };

/** The ways to sign in, which pages for those who are signed in do not load. */
@Injectable({ providedIn: 'root' })
export class SignIn {
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);

  /** @param secondFactor for users who have one: the API says when it is needed */
  async byPassword(email: string, password: string, secondFactor?: string): Promise<void> {
    const resource = { email, password, ...(secondFactor && { secondFactor }) };
    await this.begin('/guest/v7/sessions', resource);
  }

  /**
   * @param ask shows the browser's question; null once nobody wants to answer it
   * @returns whether somebody is signed in
   */
  async byPasskey(
    ask: (options: PublicKeyCredentialRequestOptionsJSON) => Promise<PasskeyAnswer | null>,
  ): Promise<boolean> {
    const { resource } = await this.api.post<
      Envelope<{ publicKey: PublicKeyCredentialRequestOptionsJSON }>
    >('/guest/v7/sessions/passkey-challenges', undefined, TELL);
    const credential = await ask(resource.publicKey);
    if (!credential) return false;
    await this.begin('/guest/v7/sessions/passkeys', { credential });
    return true;
  }

  /** Becomes a user through an invitation. */
  async byInvitation(acceptance: Acceptance): Promise<void> {
    await this.begin('/guest/v7/invitations/acceptances', acceptance);
  }

  private async begin(path: string, resource: object): Promise<void> {
    const answer = await this.api.post<Envelope<Session>>(path, { resource }, TELL);
    this.session.become(answer.resource);
  }
}
