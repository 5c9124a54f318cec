import { afterNextRender, DestroyRef, ElementRef, inject, Injector } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Router, Scroll } from '@angular/router';
import { filter, take } from 'rxjs';

/** Where the focus goes when what had it is gone from the list of connections. */
export class ConnectionFocus {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly injector = inject(Injector);
  private readonly destroyRef = inject(DestroyRef);
  private readonly router = inject(Router);

  row(id: string, { scroll = false } = {}): void {
    this.later(() => {
      const row = this.host.querySelector<HTMLElement>(
        `[data-connection="${CSS.escape(id)}"] .name`,
      );
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: scroll ? 'center' : 'nearest' });
    });
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

  /** The row that was opened, once the page that was left for it is there again. */
  comeBackTo(id: string): void {
    this.router.events
      .pipe(
        filter((event) => event instanceof Scroll),
        take(1),
        takeUntilDestroyed(this.destroyRef),
      )
      .subscribe(({ position }) => {
        // The browser's Back restores the place by itself.
        this.row(id, { scroll: position === null });
      });
  }

  private later(focus: () => void): void {
    afterNextRender(focus, { injector: this.injector });
  }
}
