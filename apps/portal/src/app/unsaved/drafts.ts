import { DOCUMENT, inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';
import { SessionStore } from '../session/session-store';

const KEY = 'flixcheck.draft';

/** By the name of the form. */
export type Contents = Record<string, unknown>;

interface Draft {
  userId: string;
  address: string;
  contents: Contents;
}

/**
 * What somebody had typed on a page when their session ended, until the same person is back there:
 * in this tab alone, never a secret, and nobody else gets to see it.
 */
@Injectable({ providedIn: 'root' })
export class Drafts {
  private readonly session = inject(SessionStore);
  private readonly router = inject(Router);
  private readonly window = inject(DOCUMENT).defaultView;

  /** @returns false where it cannot be kept: it is not known whose it is, or storage is off or full */
  keep(contents: Contents): boolean {
    const userId = this.session.user()?.id;
    if (userId === undefined) return false;
    const draft: Draft = { userId, address: this.router.url, contents };
    try {
      this.window?.sessionStorage.setItem(KEY, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Takes out what was typed in a form of this page.
   * @returns null where there is nothing of this person's
   */
  take(form: string): unknown {
    const draft = this.read();
    const userId = this.session.user()?.id;
    if (!draft || userId === undefined) return null;
    if (draft.userId !== userId) {
      this.clear();
      return null;
    }
    if (draft.address !== this.router.url || !(form in draft.contents)) return null;
    const { [form]: content, ...others } = draft.contents;
    if (Object.keys(others).length === 0 || !this.keep(others)) this.clear();
    return content;
  }

  /** Whoever is signed in now finds nothing that somebody else has typed. */
  keepOnlyOf(userId: string): void {
    const draft = this.read();
    if (draft && draft.userId !== userId) this.clear();
  }

  clear(): void {
    try {
      this.window?.sessionStorage.removeItem(KEY);
    } catch {
      return;
    }
  }

  private read(): Draft | null {
    try {
      return JSON.parse(this.window?.sessionStorage.getItem(KEY) ?? 'null') as Draft | null;
    } catch {
      return null;
    }
  }
}
