import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import verified from '@material-symbols/svg-400/rounded/verified-fill.svg';
import { Icon } from './icon';

/** The publisher of an application, with a sign and words for whether Flixcheck has verified it. */
@Component({
  selector: 'fx-publisher',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  template: `
    {{ publisher() }}
    @if (verified()) {
      <span class="verified"><fx-icon [svg]="icon" />{{ 'publisher.verified' | transloco }}</span>
    } @else {
      <span>{{ 'publisher.unverified' | transloco }}</span>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 0.5em;
    }
    .verified {
      display: inline-flex;
      align-items: center;
      gap: 0.25em;
      color: var(--fx-positive);
      font-weight: var(--fx-weight-medium);
    }
  `,
})
export class Publisher {
  readonly publisher = input.required<string>();
  readonly verified = input.required<boolean>();
  protected readonly icon = verified;
}
