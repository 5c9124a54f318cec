import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { Preferences } from './i18n/preferences';
import { PageFocus } from './ui/page-focus';

@Component({
  selector: 'fx-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterOutlet],
  template: `<router-outlet />`,
})
export class App {
  constructor() {
    inject(Preferences);
    inject(PageFocus);
  }
}
