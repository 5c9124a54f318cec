import { inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';

/** What the sign-in page says about why it is shown. */
export type SignInReason = 'expired' | 'signed-out' | 'signed-out-elsewhere' | 'switch';

/**
 * Sends the browser to the sign-in page when a session is over. The first reason counts: requests
 * that were on their way when somebody signed out are refused too, and say nothing new.
 */
@Injectable({ providedIn: 'root' })
export class SessionExpiry {
  private readonly router = inject(Router);
  private sessions = 0;
  private readonly refused = signal(false);
  /** A request of the session has been refused since it began. */
  readonly over = this.refused.asReadonly();
  /** How many ways are being gone; the first may still be ending when a second begins. */
  private leaving = 0;

  /** Which session of this page a request that is sent now belongs to. */
  current(): number {
    return this.sessions;
  }

  /** Somebody is signed in (again): what earlier sessions are still refused is over and done with. */
  begin(): void {
    this.sessions += 1;
    this.refused.set(false);
  }

  /**
   * A request was refused because its session is over; from the sign-in page it goes back to here.
   * @param session what `current` said when the request was sent
   * @param page where to instead, for a session that is good for nothing but that page
   */
  signInAgain(session = this.sessions, page = '/sign-in'): void {
    const here = this.router.url;
    if (this.leaving > 0 || session !== this.sessions || here.startsWith(page)) return;
    this.refused.set(true);
    void this.leave(
      () =>
        this.router.navigate([page], {
          queryParams: { returnTo: here },
          state: { reason: 'expired' satisfies SignInReason },
          replaceUrl: true,
        }),
      // A script that could not be fetched is reported by the router; the next refusal tries again.
    ).catch(() => false);
  }

  /**
   * The user ends the session, and is told so.
   * @param end ends it on the server; when that rejects, this rejects, and the page stays
   */
  async signOut(end: () => Promise<void>): Promise<void> {
    await this.leave(async () => {
      await end();
      return this.router.navigate(['/sign-in'], {
        state: { reason: 'signed-out' satisfies SignInReason },
      });
    });
  }

  private async leave(way: () => Promise<boolean>): Promise<void> {
    this.leaving += 1;
    try {
      await way();
    } finally {
      this.leaving -= 1;
    }
  }
}
