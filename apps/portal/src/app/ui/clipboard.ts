import { inject, Injectable } from '@angular/core';
import { Messages } from './messages';

/** Puts a text on the clipboard, and says whether that has worked. */
@Injectable({ providedIn: 'root' })
export class Clipboard {
  private readonly messages = inject(Messages);

  /**
   * @param done text key for when it is there; `values` go into it
   * @param failed text key for when the browser refuses: what to do instead
   * @returns whether it is there
   */
  async copy(
    text: string,
    { done, failed, values }: { done: string; failed: string; values?: Record<string, unknown> },
  ): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.messages.show(failed);
      return false;
    }
    this.messages.show(done, values);
    return true;
  }
}
