import { DestroyRef, DOCUMENT, inject, Injectable } from '@angular/core';
import { CURRENT_SESSION } from '../api/addresses';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Envelope, Session } from '../api/types';
import { SessionExpiry, SignInReason } from './session-expiry';
import { SessionStore } from './session-store';
import { SIGNED_IN_BEFORE, SignedInBefore } from './signed-in-before';

/** What the settings say about why they begin anew. */
export const ANOTHER_PERSON = 'another-person';

/** Loads the portal anew. */
@Injectable({ providedIn: 'root' })
export class FreshStart {
  private readonly window = inject(DOCUMENT).defaultView;
  private begun = false;
  /**
   * Keeps what is being typed, for the same person; set by whoever knows of it.
   * @returns the address at which it is there again; null: nothing is being typed
   */
  keep: () => string | null = () => null;

  /**
   * @param path below the portal's base; the present address by default
   * @param state what the router finds at the beginning, as that of its first navigation
   */
  begin(path?: string, state: { reason?: string } = {}): void {
    // A second reload would call the first one off.
    if (this.begun) return;
    this.begun = true;
    // Nobody is asked whether to leave what the person who has gone had not saved.
    const unasked = (event: Event) => event.stopImmediatePropagation();
    this.window?.addEventListener('beforeunload', unasked, { capture: true });
    this.window?.history.replaceState(state, '', path);
    this.window?.location.reload();
  }
}

/**
 * Begins anew once another tab of this browser has signed out or signed somebody else in: what the
 * page shows would go on being one person's, and what is done there would be done as another.
 * Asks whenever another tab reports a change, and when somebody comes back to this one.
 * @param where of the page that is watched
 */
export function watchSession(where: 'settings' | 'sign-in'): void {
  const api = inject(Api);
  const store = inject(SessionStore);
  const expiry = inject(SessionExpiry);
  const before = inject(SignedInBefore);
  const fresh = inject(FreshStart);
  const document = inject(DOCUMENT);
  const window = document.defaultView;

  const whoNow = async (): Promise<string | null> => {
    try {
      const options = { onSessionEnd: 'tell' } as const;
      return (await api.get<Envelope<Session>>(CURRENT_SESSION, options)).resource.user.id;
    } catch (cause) {
      if (apiErrorFrom(cause).code === 'session_required') return null;
      throw cause;
    }
  };

  const compare = async () => {
    const shown = store.user()?.id;
    const session = expiry.current();
    if (!shown) return;
    const now = await whoNow();
    // This page may have signed in or out itself meanwhile.
    if (now === shown || store.user()?.id !== shown || expiry.current() !== session) return;
    if (where === 'sign-in') fresh.begin();
    else if (now) fresh.begin('settings', { reason: ANOTHER_PERSON });
    else if (before.note() !== 'no') expiry.signInAgain(session);
    else {
      const reason: SignInReason = 'signed-out-elsewhere';
      const back = fresh.keep();
      const query = back === null ? '' : `?returnTo=${encodeURIComponent(back)}`;
      fresh.begin(`sign-in${query}`, { reason });
    }
  };

  let comparing = false;
  let again = false;
  const check = async () => {
    again = true;
    if (comparing) return;
    comparing = true;
    while (again) {
      again = false;
      // Where the API does not answer, the page's own requests say so.
      await compare().catch(() => undefined);
    }
    comparing = false;
  };
  const seen = () => void (document.visibilityState === 'visible' && check());
  const told = ({ key }: StorageEvent) => void (key === SIGNED_IN_BEFORE && check());

  document.addEventListener('visibilitychange', seen);
  window?.addEventListener('focus', seen);
  window?.addEventListener('storage', told);
  inject(DestroyRef).onDestroy(() => {
    document.removeEventListener('visibilitychange', seen);
    window?.removeEventListener('focus', seen);
    window?.removeEventListener('storage', told);
  });
}
