import { ChangeDetectionStrategy, Component } from '@angular/core';

/** The product's sign and name. */
@Component({
  selector: 'fx-brand',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" />
      <path d="M9 16.6l4.7 4.7L23.4 11" />
    </svg>
    <span>Flixcheck</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 0.625rem;
      font-size: 1.125rem;
      font-weight: 650;
      letter-spacing: -0.02em;
    }
    svg {
      width: 1.875rem;
      height: 1.875rem;
      fill: var(--mat-sys-primary);
    }
    path {
      fill: none;
      stroke: var(--mat-sys-on-primary);
      stroke-width: 3.2;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `,
})
export class Brand {}
