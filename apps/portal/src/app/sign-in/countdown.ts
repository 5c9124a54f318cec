import { computed, inject, Injectable, DestroyRef, signal } from '@angular/core';

/** Seconds until something may be tried again. Follows the clock, not the ticks of a sleeping tab. */
@Injectable()
export class Countdown {
  private readonly end = signal(0);
  private readonly now = signal(0);
  private timer: ReturnType<typeof setInterval> | undefined;

  readonly remaining = computed(() => Math.max(0, Math.ceil((this.end() - this.now()) / 1000)));

  constructor() {
    inject(DestroyRef).onDestroy(() => clearInterval(this.timer));
  }

  start(seconds: number): void {
    clearInterval(this.timer);
    this.now.set(Date.now());
    this.end.set(Date.now() + seconds * 1000);
    this.timer = setInterval(() => {
      this.now.set(Date.now());
      if (this.remaining() === 0) clearInterval(this.timer);
    }, 1000);
  }
}
