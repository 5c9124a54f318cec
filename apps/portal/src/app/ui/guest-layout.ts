import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Brand } from './brand';
import { PreferencesBar } from './preferences-bar';

/** The frame of the pages outside the settings: brand, one column, language and theme. */
@Component({
  selector: 'fx-guest-layout',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Brand, PreferencesBar, TranslocoDirective],
  template: `
    <header><fx-brand /></header>
    <main id="main"><ng-content /></main>
    <footer *transloco="let t">
      <fx-preferences-bar />
    </footer>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-rows: auto 1fr auto;
      grid-template-columns: minmax(0, 1fr);
      min-height: 100dvh;
    }
    header {
      padding: var(--fx-space-4) clamp(var(--fx-space-4), 4vw, var(--fx-space-6));
    }
    main {
      width: min(100% - 2 * var(--fx-space-4), var(--fx-guest-width, 34rem));
      margin: clamp(0rem, 4vh, 3.5rem) auto var(--fx-space-6);
    }
    footer {
      min-height: 4rem;
      padding: var(--fx-space-3) var(--fx-space-4) var(--fx-space-5);
    }
    @media (max-width: 30rem) {
      main {
        margin-top: 0;
      }
    }
  `,
})
export class GuestLayout {}
