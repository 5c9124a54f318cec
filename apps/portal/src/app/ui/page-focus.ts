import { afterNextRender, DestroyRef, DOCUMENT, inject, Injectable, Injector } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router } from '@angular/router';
import { filter, map, pairwise } from 'rxjs';

/** After a navigation, puts the focus on the new page's heading, as a page load would. */
@Injectable({ providedIn: 'root' })
export class PageFocus {
  private readonly document = inject(DOCUMENT);
  private readonly injector = inject(Injector);
  private waiting: MutationObserver | undefined;

  constructor() {
    inject(Router)
      .events.pipe(
        filter((event) => event instanceof NavigationEnd),
        map((event) => event.urlAfterRedirects.split(/[?#]/)[0]),
        pairwise(),
        // Filters and tabs change the query only: the reader stays where they are.
        filter(([from, to]) => from !== to),
        takeUntilDestroyed(),
      )
      .subscribe(() => afterNextRender(() => this.arrive(), { injector: this.injector }));
    inject(DestroyRef).onDestroy(() => this.waiting?.disconnect());
  }

  /**
   * A page whose texts are still on their way has no heading yet, and the one that it has while it
   * loads goes with the skeleton.
   */
  private arrive(): void {
    this.waiting?.disconnect();
    const before = this.document.activeElement;
    let focused = this.focusHeading() ? this.document.activeElement : null;
    const done = () => focused?.isConnected && !this.document.querySelector('main [aria-busy]');
    if (done()) return;
    this.waiting = new MutationObserver(() => {
      const active = this.document.activeElement;
      const lost = active === this.document.body || active === (focused ?? before);
      const moved = !lost && active?.isConnected;
      if (!moved && !focused?.isConnected && this.focusHeading()) {
        focused = this.document.activeElement;
      }
      if (moved || done()) this.waiting?.disconnect();
    });
    this.waiting.observe(this.document.body, {
      childList: true,
      subtree: true,
      attributeFilter: ['aria-busy'],
    });
  }

  /** @returns false while there is none */
  focusHeading(): boolean {
    const heading = this.document.querySelector<HTMLElement>('main h1');
    if (!heading) return false;
    heading.setAttribute('tabindex', '-1');
    heading.focus({ preventScroll: true });
    return true;
  }
}
