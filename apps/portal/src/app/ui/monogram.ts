import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/** Initials on a quiet ground, for a person. Decoration beside the written name. */
@Component({
  selector: 'fx-monogram',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true' },
  template: `{{ initials() }}`,
  styles: `
    :host {
      display: inline-grid;
      flex: none;
      place-items: center;
      width: 2.25rem;
      height: 2.25rem;
      border-radius: 50%;
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
      font-size: 0.8125rem;
      font-weight: 650;
      letter-spacing: 0.01em;
    }
  `,
})
export class Monogram {
  readonly firstName = input.required<string>();
  readonly lastName = input.required<string>();
  protected readonly initials = computed(
    () => `${this.firstName().charAt(0)}${this.lastName().charAt(0)}`.toLocaleUpperCase() || '?',
  );
}
