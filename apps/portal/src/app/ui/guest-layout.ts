import { ChangeDetectionStrategy, Component } from '@angular/core';
import { Brand } from './brand';
import { PreferencesBar } from './preferences-bar';

/** The frame of the pages outside the settings: brand, language and theme, one column. */
@Component({
  selector: 'fx-guest-layout',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Brand, PreferencesBar],
  template: `
    <header>
      <fx-brand />
      <fx-preferences-bar />
    </header>
    <main id="main"><ng-content /></main>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-rows: auto 1fr;
      grid-template-columns: minmax(0, 1fr);
      min-height: 100dvh;
    }
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--fx-space-2) var(--fx-space-4);
      padding: var(--fx-space-4) clamp(var(--fx-space-4), 4vw, var(--fx-space-6));
    }
    main {
      width: min(100% - 2 * var(--fx-space-4), var(--fx-guest-width, 33rem));
      margin: clamp(0rem, 5vh, 3rem) auto var(--fx-space-7);
    }
    @media (max-width: 33rem) {
      main {
        margin-top: 0;
        margin-bottom: var(--fx-space-5);
      }
    }
  `,
})
export class GuestLayout {}
