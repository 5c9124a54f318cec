import { TestClock } from './test-clock.js';

/** A clock that moves only when a test moves it, so that a limit is met to the millisecond. */
export class StoppedClock extends TestClock {
  private time = Date.now();

  override now(): Date {
    return new Date(this.time);
  }

  override advance(ms: number): void {
    this.time += ms;
  }

  /** Goes on to a whole second, as the times in a token are. */
  toWholeSecond(): void {
    this.time = Math.ceil(this.time / 1000) * 1000;
  }
}
