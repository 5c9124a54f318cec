import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import verified from '@material-symbols/svg-400/rounded/verified-fill.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { Icon } from './icon';

/** The publisher of an application, with a sign and words for whether Flixcheck has verified it. */
@Component({
  selector: 'fx-publisher',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  template: `
    {{ publisher() }}
    @if (verified()) {
      <span class="verified">
        <fx-icon [svg]="icon" />
        <span [class.fx-visually-hidden]="brief()">{{ 'publisher.verified' | transloco }}</span>
      </span>
    } @else {
      <span class="unverified">
        <fx-icon [svg]="warning" />{{
          (brief() ? 'publisher.unverifiedBrief' : 'publisher.unverified') | transloco
        }}
      </span>
    }
  `,
  styles: `
    span {
      /* On the next line rather than broken, as long as there is room. */
      display: inline-block;
      font-weight: var(--fx-weight-medium);
    }
    .verified {
      color: var(--fx-positive);
    }
    fx-icon {
      margin-inline-end: 0.25em;
      font-size: 1.15em;
      vertical-align: -0.2em;
    }
    .unverified {
      color: var(--fx-caution);
    }
  `,
})
export class Publisher {
  readonly publisher = input.required<string>();
  readonly verified = input.required<boolean>();
  /** In lists the sign stands alone, its words are for the screen reader. */
  readonly brief = input(false);
  protected readonly icon = verified;
  protected readonly warning = warning;
}
