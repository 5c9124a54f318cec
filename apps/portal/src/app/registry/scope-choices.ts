import { ChangeDetectionStrategy, Component, inject, input, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { OAuthScope } from '../api/types';
import { Formats } from '../i18n/formats';
import { Icon } from '../ui/icon';

/** The scopes that a client may ask for, each with what it allows. */
@Component({
  selector: 'fx-scope-choices',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  templateUrl: './scope-choices.html',
  styleUrl: './scope-choices.scss',
})
export class ScopeChoices {
  readonly scopes = input.required<readonly OAuthScope[]>();
  readonly chosen = model.required<string[]>();
  /** The key of what is wrong. */
  readonly error = input<string | null>(null);

  protected readonly formats = inject(Formats);
  protected readonly icons = { check, errorIcon };

  protected nameOf(scope: string): string {
    const known = this.scopes().find((each) => each.scope === scope);
    return known ? known.name[this.formats.language()] : scope;
  }

  protected toggle(scope: string, on: boolean): void {
    this.chosen.update((chosen) =>
      this.scopes()
        .map((each) => each.scope)
        .filter((each) => (each === scope ? on : chosen.includes(each))),
    );
  }
}
