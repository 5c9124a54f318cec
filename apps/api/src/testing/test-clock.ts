import { Clock } from '../config/clock.js';

/** A clock that stands where a test puts it, and otherwise runs. */
export class TestClock extends Clock {
  private offset = 0;

  override now(): Date {
    return new Date(Date.now() + this.offset);
  }

  advance(ms: number): void {
    this.offset += ms;
  }
}
