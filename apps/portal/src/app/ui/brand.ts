import { ChangeDetectionStrategy, Component } from '@angular/core';
import { BrandSign } from './brand-sign';

/** The product's sign and name. */
@Component({
  selector: 'fx-brand',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BrandSign],
  template: `
    <svg fxBrandSign></svg>
    <span>Flixcheck</span>
  `,
  styles: `
    svg {
      width: 1.875rem;
      height: 1.875rem;
    }
  `,
  host: { class: 'fx-brand' },
})
export class Brand {}
