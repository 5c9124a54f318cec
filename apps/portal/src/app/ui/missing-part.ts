import { Location } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  Injectable,
  signal,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationStart, Router } from '@angular/router';
import cloudOff from '@material-symbols/svg-400/rounded/cloud_off.svg';
import { filter } from 'rxjs';
import { Preferences } from '../i18n/preferences';
import { Connectivity } from './connectivity';
import { Icon } from './icon';

interface Missing {
  /** Where the reader wanted to be. */
  address: string;
  /** Then there was no network; else it was the part itself that was not there. */
  offline: boolean;
}

/** Remembers that a page or dialog could not be fetched: without it, a click would do nothing. */
@Injectable({ providedIn: 'root' })
export class MissingPart {
  private readonly connectivity = inject(Connectivity);
  private readonly state = signal<Missing | null>(null);
  /** Null while nothing is missing. */
  readonly missing = this.state.asReadonly();

  constructor() {
    inject(Router)
      .events.pipe(
        filter((event) => event instanceof NavigationStart),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.state.set(null));
  }

  /** @param address within the portal */
  report(address: string): void {
    this.state.set({ address, offline: !this.connectivity.online() });
  }
}

/** Here and not among the texts, which may be what is missing. */
const WORDS = {
  de: {
    missing:
      'Dieser Teil von Flixcheck konnte nicht geladen werden. Wahrscheinlich wurde Flixcheck gerade aktualisiert. Bitte laden Sie die Seite neu.',
    offline:
      'Dieser Teil von Flixcheck konnte nicht geladen werden, weil Ihr Gerät offline ist. Sobald die Verbindung wieder steht, laden Sie die Seite bitte neu.',
    back: 'Dieser Teil von Flixcheck konnte nicht geladen werden, weil Ihr Gerät offline war. Die Verbindung steht wieder: Bitte laden Sie die Seite neu.',
    reload: 'Neu laden',
  },
  en: {
    missing:
      'This part of Flixcheck could not be loaded. Flixcheck has probably just been updated. Please reload the page.',
    offline:
      'This part of Flixcheck could not be loaded because your device is offline. Once the connection is back, please reload the page.',
    back: 'This part of Flixcheck could not be loaded because your device was offline. The connection is back: please reload the page.',
    reload: 'Reload',
  },
};

/** Says that something could not be fetched, and offers to reload where the reader wanted to be. */
@Component({
  selector: 'fx-missing-part-notice',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <div role="alert">
      @if (address(); as href) {
        <div class="fx-notice fx-notice--caution box">
          <fx-icon [svg]="icon" />
          <p>{{ words()[why()] }}</p>
          <a class="fx-button fx-button--compact fx-button--secondary" [href]="href">{{
            words().reload
          }}</a>
        </div>
      }
    </div>
  `,
  styles: `
    .box {
      position: fixed;
      inset-block-end: var(--fx-space-4);
      inset-inline: var(--fx-space-4);
      z-index: 1100;
      max-width: 40rem;
      margin-inline: auto;
      border: 1px solid currentcolor;
      box-shadow: 0 4px 16px light-dark(rgb(20 38 42 / 18%), rgb(0 0 0 / 50%));
    }
    a {
      justify-self: start;
      margin-top: var(--fx-space-2);
    }
  `,
})
export class MissingPartNotice {
  private readonly part = inject(MissingPart);
  private readonly location = inject(Location);
  private readonly preferences = inject(Preferences);
  private readonly online = inject(Connectivity).online;
  protected readonly why = computed(() => {
    if (!this.online()) return 'offline';
    return this.part.missing()?.offline ? 'back' : 'missing';
  });
  protected readonly words = computed(() => WORDS[this.preferences.language()]);
  protected readonly address = computed(() => {
    const missing = this.part.missing();
    return missing && this.location.prepareExternalUrl(missing.address);
  });
  protected readonly icon = cloudOff;
}
