import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { Preferences } from './i18n/preferences';
import { MissingPartNotice } from './ui/missing-part';
import { PageFocus } from './ui/page-focus';

@Component({
  selector: 'fx-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MissingPartNotice, RouterOutlet],
  template: `<router-outlet /><fx-missing-part-notice />`,
})
export class App {
  constructor() {
    inject(Preferences);
    inject(PageFocus);
  }
}
