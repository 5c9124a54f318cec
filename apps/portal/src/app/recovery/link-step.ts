import { afterNextRender, inject, Injector, signal } from '@angular/core';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { takeLinkToken } from '../session/link-token';
import { PageFocus } from '../ui/page-focus';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';

/**
 * What a page does with the link of a mail: it asks once, and sends the link's token. Make it where a
 * component may inject.
 */
export class LinkStep {
  private readonly focus = inject(PageFocus);
  private readonly injector = inject(Injector);
  private readonly formats = inject(Formats);

  /** From the link. Null after the page was reloaded. */
  readonly token = signal<string | null>(null);
  /** What is said about it in the end. */
  readonly outcome = signal<'taken' | 'refused' | null>(null);
  readonly busy = signal(false);
  readonly trouble = signal<Words | null>(null);

  /** @param page the address of the page, which the token leaves */
  constructor(page: string) {
    takeLinkToken(page, (token) => {
      if (!token) return;
      this.token.set(token);
      this.outcome.set(null);
    });
  }

  /** @returns whether the API has taken the token */
  async take(send: (resource: { token: string }) => Promise<unknown>): Promise<boolean> {
    const token = this.token();
    if (this.busy() || token === null) return false;
    this.trouble.set(null);
    this.busy.set(true);
    try {
      await send({ token });
      return true;
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code === 'validation_failed') this.finish('refused');
      else this.trouble.set(troubleWords(error, this.formats));
      return false;
    } finally {
      this.busy.set(false);
    }
  }

  /** The buttons have gone, and the focus with them. */
  finish(outcome: 'taken' | 'refused'): void {
    this.outcome.set(outcome);
    afterNextRender(() => this.focus.focusHeading(), { injector: this.injector });
  }
}
