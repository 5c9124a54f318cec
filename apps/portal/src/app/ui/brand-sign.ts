import { ChangeDetectionStrategy, Component } from '@angular/core';

/** The product's sign. It is decoration: the name stands beside it, or is said in words. */
@Component({
  selector: 'svg[fxBrandSign]',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg:rect width="32" height="32" rx="9" />
    <svg:path d="M9 16.6l4.7 4.7L23.4 11" />
  `,
  host: { class: 'fx-sign', viewBox: '0 0 32 32', 'aria-hidden': 'true', focusable: 'false' },
})
export class BrandSign {}
