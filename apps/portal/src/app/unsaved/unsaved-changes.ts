import { DestroyRef, DOCUMENT, effect, inject, Injectable } from '@angular/core';
import { CanDeactivateFn, Router } from '@angular/router';
import { SessionExpiry } from '../session/session-expiry';
import { SessionStore } from '../session/session-store';
import { Confirmation } from '../ui/confirmation';
import { Messages } from '../ui/messages';
import { Drafts } from './drafts';

const WORDS = {
  changes: {
    heading: 'settings.leave.changes.heading',
    points: ['settings.leave.changes.text'],
    confirm: 'settings.leave.changes.confirm',
  },
  choice: {
    heading: 'settings.leave.changes.heading',
    points: ['settings.leave.choice.text'],
    confirm: 'settings.leave.changes.confirm',
  },
  unsent: {
    heading: 'settings.leave.unsent.heading',
    points: ['settings.leave.changes.text'],
    confirm: 'settings.leave.unsent.confirm',
  },
  /** One that is shown only once. */
  secret: {
    heading: 'settings.leave.secret.heading',
    points: ['settings.leave.secret.text', 'settings.leave.secret.other'],
    confirm: 'settings.leave.secret.confirm',
  },
};

export type Loss = keyof typeof WORDS;

/** Part of a page in which something may be lost when the page is left. */
export interface AtRisk<Draft> {
  /** Unique on its page. */
  name: string;
  /** What would be lost now; null: nothing. */
  loss: () => Loss | null;
  /** What has been typed, as JSON without secrets: kept while somebody signs in again. */
  draft?: () => Draft;
}

/** Asks before something is lost because its page is left. */
@Injectable({ providedIn: 'root' })
export class UnsavedChanges {
  private readonly confirmation = inject(Confirmation);
  private readonly session = inject(SessionStore);
  private readonly expiry = inject(SessionExpiry);
  private readonly drafts = inject(Drafts);
  private readonly messages = inject(Messages);
  private readonly router = inject(Router);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly watched = new Set<AtRisk<unknown>>();

  /**
   * Watches a part of the page for as long as the caller lives. Call it where it may inject.
   * @returns what the same person had typed there when their session ended; null: nothing
   */
  watch<Draft>(part: AtRisk<Draft>): Draft | null {
    this.watched.add(part);
    inject(DestroyRef).onDestroy(() => this.watched.delete(part));
    const ask = (event: BeforeUnloadEvent) => {
      if (this.watched.has(part)) event.preventDefault();
    };
    effect((onCleanup) => {
      if (part.loss() === null || this.session.nobody()) return;
      this.window?.addEventListener('beforeunload', ask);
      onCleanup(() => this.window?.removeEventListener('beforeunload', ask));
    });
    const kept = part.draft ? (this.drafts.take(part.name) as Draft | null) : null;
    if (kept !== null) this.messages.show('settings.leave.restored');
    return kept;
  }

  /** Nothing on this page is worth a question any more: it has been sent, or its subject is gone. */
  settle(): void {
    this.watched.clear();
  }

  async mayLeave(): Promise<boolean> {
    // Whoever has signed out here can save nothing any more.
    if (this.session.nobody()) return true;
    const kept = this.expiry.over() ? this.keepDrafts() : [];
    const parts = this.atRisk().filter((part) => !kept.includes(part));
    const losses = [...new Set(parts.map(({ loss }) => loss()!))];
    // A secret cannot be typed again.
    const first = losses.includes('secret') ? 'secret' : losses[0];
    if (!first) return true;
    return this.confirmation.ask({
      heading: { text: WORDS[first].heading },
      points: [...new Set([first, ...losses].flatMap((loss) => WORDS[loss].points))].map(
        (text) => ({ text }),
      ),
      confirm: { text: WORDS[first].confirm },
      danger: true,
    });
  }

  /**
   * The page is about to be loaded anew because another tab has signed out.
   * @returns the address at which what has been typed is there again; null: nothing has been
   */
  keep(): string | null {
    return this.keepDrafts().length > 0 ? this.router.url : null;
  }

  private atRisk(): AtRisk<unknown>[] {
    return [...this.watched].filter(({ loss }) => loss() !== null);
  }

  /** @returns the parts whose drafts wait for the same person now */
  private keepDrafts(): AtRisk<unknown>[] {
    const parts = this.atRisk().filter(({ draft }) => draft);
    const contents = Object.fromEntries(parts.map(({ name, draft }) => [name, draft?.()]));
    return parts.length > 0 && this.drafts.keep(contents) ? parts : [];
  }
}

/** For routes whose pages watch something. */
export const mayLeave: CanDeactivateFn<unknown> = () => inject(UnsavedChanges).mayLeave();
