import { computed, linkedSignal, Signal } from '@angular/core';
import { Connection } from '../api/types';

/** Which rows of a list have been chosen. What is no longer listed is not chosen either. */
export class ConnectionSelection {
  private readonly ids = linkedSignal<unknown, ReadonlySet<string>>({
    source: () => this.filter(),
    computation: () => new Set(),
  });
  /** Also what is not listed yet has been chosen: all that the filter lets through. */
  readonly whole = linkedSignal<unknown, boolean>({
    source: () => this.filter(),
    computation: () => false,
  });
  readonly chosen = computed(() => (this.rows() ?? []).filter(({ id }) => this.has(id)));
  readonly all = computed(
    () => this.chosen().length > 0 && this.chosen().length === this.rows()?.length,
  );

  /**
   * @param filter with another one, nothing is chosen
   * @param rows undefined until they have come
   */
  constructor(
    private readonly filter: Signal<unknown>,
    private readonly rows: Signal<readonly Connection[] | undefined>,
  ) {}

  has(id: string): boolean {
    return this.whole() || this.ids().has(id);
  }

  toggle(id: string): void {
    const before = this.whole() ? this.chosen().map((row) => row.id) : this.ids();
    this.whole.set(false);
    this.ids.update(() => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }

  /** Chooses all rows, or none where all are chosen. */
  toggleAll(): void {
    const none = this.all();
    this.whole.set(false);
    this.ids.set(new Set(none ? [] : this.rows()?.map(({ id }) => id)));
  }

  clear(): void {
    this.whole.set(false);
    this.ids.set(new Set());
  }
}
