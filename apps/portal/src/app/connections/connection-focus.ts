import { afterNextRender, DestroyRef, ElementRef, inject, Injector } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Router, Scroll } from '@angular/router';
import { filter, take } from 'rxjs';
import { OpenedRow } from './connection-list';

/** As many as it takes until nothing moves any more, and fewer than anybody needs to scroll away. */
const FRAMES_TO_SETTLE = 6;

/** Where the focus goes when what had it is gone from the list of connections. */
export class ConnectionFocus {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly injector = inject(Injector);
  private readonly destroyRef = inject(DestroyRef);
  private readonly router = inject(Router);

  row(id: string): void {
    this.later(() => {
      const row = this.find(id);
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'nearest' });
    });
  }

  /** How far a row is below the upper edge of the window, in pixels. */
  topOf(id: string): number | undefined {
    return this.find(id)?.getBoundingClientRect().top;
  }

  /** On the row that has moved up to where one was. */
  near(rows: readonly { id: string }[], index: number): void {
    const next = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (next) this.row(next.id);
    else this.heading();
  }

  heading(): void {
    this.later(() =>
      this.host.querySelector<HTMLElement>('#list-heading')?.focus({ preventScroll: true }),
    );
  }

  /**
   * The row that was opened, once the page that was left for it is there again: as far below the upper
   * edge as it was. The browser's Back restores only how far the page was scrolled, which leads
   * elsewhere: rows that have not been painted yet are taken for as high as most are.
   */
  comeBackTo({ id, top }: OpenedRow): void {
    this.router.events
      .pipe(
        filter((event) => event instanceof Scroll),
        take(1),
        takeUntilDestroyed(this.destroyRef),
      )
      .subscribe(({ position }) => {
        this.later(() => {
          const row = this.find(id);
          if (!row) return;
          row.focus({ preventScroll: true });
          if (top !== undefined) holdAt(row, top, FRAMES_TO_SETTLE);
          else row.scrollIntoView({ block: position === null ? 'center' : 'nearest' });
        });
      });
  }

  private find(id: string): HTMLElement | null {
    return this.host.querySelector<HTMLElement>(`[data-connection="${CSS.escape(id)}"] .name`);
  }

  private later(focus: () => void): void {
    afterNextRender(focus, { injector: this.injector });
  }
}

/** Rows that come into sight get their own height when they are painted, and move those below. */
function holdAt(row: HTMLElement, top: number, frames: number): void {
  scrollBy(0, row.getBoundingClientRect().top - top);
  // The window may be smaller by now.
  row.scrollIntoView({ block: 'nearest' });
  if (frames > 0) requestAnimationFrame(() => holdAt(row, top, frames - 1));
}
