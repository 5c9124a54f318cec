import { ChangeDetectionStrategy, Component } from '@angular/core';

/** The tokens and parts, for those who carry the design on. In English only; no user gets here. */
@Component({
  selector: 'fx-design-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<main lang="en"><h1>Design</h1></main>`,
})
export class DesignPage {}
