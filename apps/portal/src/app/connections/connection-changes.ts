import { DestroyRef, DOCUMENT, inject, Injectable, signal } from '@angular/core';

const STREAM = '/user/v7/connections/changes';

/**
 * Counts up whenever a connection may have appeared or ended elsewhere: by the server's event
 * stream, and where that is down, whenever somebody comes back to the page. A page that nobody sees
 * keeps no stream: over HTTP/1.1 a browser has six connections for all its tabs. Provide it per page.
 */
@Injectable()
export class ConnectionChanges {
  private readonly document = inject(DOCUMENT);
  private readonly counter = signal(0);
  private stream: EventSource | null = null;

  readonly version = this.counter.asReadonly();

  constructor() {
    if (this.isSeen()) this.listen();
    const window = this.document.defaultView;
    const seenOrNot = () => (this.isSeen() ? this.comeBack() : this.stream?.close());
    const comeBack = () => this.comeBack();
    this.document.addEventListener('visibilitychange', seenOrNot);
    window?.addEventListener('online', comeBack);
    inject(DestroyRef).onDestroy(() => {
      this.stream?.close();
      this.document.removeEventListener('visibilitychange', seenOrNot);
      window?.removeEventListener('online', comeBack);
    });
  }

  /** For a change that this page has made itself. */
  note(): void {
    this.tell();
  }

  private listen(): void {
    if (typeof EventSource === 'undefined') return;
    this.stream = new EventSource(STREAM);
    let opened = false;
    this.stream.addEventListener('open', () => {
      // After a gap nobody knows what was missed.
      if (opened) this.tell();
      opened = true;
    });
    this.stream.addEventListener('connections', () => this.tell());
  }

  private isSeen(): boolean {
    return this.document.visibilityState === 'visible';
  }

  private comeBack(): void {
    const online = this.document.defaultView?.navigator.onLine ?? true;
    if (!this.isSeen() || !online) return;
    if (this.stream?.readyState === 1) return;
    this.tell();
    // The browser tries again by itself, except where the server has refused (`closed`).
    if (!this.stream || this.stream.readyState === 2) this.listen();
  }

  private tell(): void {
    this.counter.update((count) => count + 1);
  }
}
