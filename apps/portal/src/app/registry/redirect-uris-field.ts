import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { applyEach, FieldTree, SchemaPath, validate } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import { MAX_URI_LENGTH } from '@flixcheck/oauth-protocol/redirect-uri';
import addIcon from '@material-symbols/svg-400/rounded/add.svg';
import check from '@material-symbols/svg-400/rounded/check.svg';
import close from '@material-symbols/svg-400/rounded/close.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { MAX_REDIRECT_URIS } from '@flixcheck/api-types/limits';
import { Formats } from '../i18n/formats';
import { focusLater } from '../ui/focus-later';
import { Icon } from '../ui/icon';
import { Words } from '../ui/question';
import {
  ERROR_TEXTS,
  FieldTrouble,
  isBeginning,
  redirectUriTrouble,
  UNKNOWN_ERROR,
} from './client-form-errors';

/** The rules of a list of redirect URIs, for the schema of a form. */
export function checkRedirectUris(path: SchemaPath<string[]>): void {
  applyEach(path, (uri) => {
    validate(uri, ({ value, valueOf }) => {
      const text = value().trim();
      if (text === '') return { kind: 'missing' };
      const trouble = redirectUriTrouble(text);
      if (trouble) return trouble;
      const same = valueOf(path).filter((other) => other.trim() === text);
      return same.length > 1 ? { kind: 'duplicate' } : undefined;
    });
  });
}

/** The line that shows the errors of a path of the API; those of the whole list show at the first. */
export function redirectUriAt(
  field: FieldTree<string[]>,
  path: string,
): FieldTree<string> | undefined {
  const [name, index] = path.split('.');
  return name === 'redirectUris' ? field[Number(index ?? 0)] : undefined;
}

/** The redirect URIs of a client, a line for each, checked while somebody types. */
@Component({
  selector: 'fx-redirect-uris-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  templateUrl: './redirect-uris-field.html',
  styleUrl: './redirect-uris-field.scss',
})
export class RedirectUrisField {
  readonly field = input.required<FieldTree<string[]>>();
  /** Those that need no praise. */
  readonly registered = input<readonly string[]>([]);
  /** Somebody has tried to send the form. */
  readonly tried = input(false);

  private readonly formats = inject(Formats);
  private readonly focusLater = focusLater();

  protected readonly most = MAX_REDIRECT_URIS;
  protected readonly icons = { addIcon, check, close, errorIcon };

  /** Checked at each letter, but not while it can still become right. */
  protected errorOf(index: number): Words | null {
    const [error] = (this.field()[index]?.().errors() ?? []) as FieldTrouble[];
    if (!error || (!this.tried() && isBeginning(this.uris()[index] ?? ''))) return null;
    const text = ERROR_TEXTS[error.kind] ?? UNKNOWN_ERROR;
    const max = this.formats.number(MAX_URI_LENGTH);
    return { text, values: { parameter: error.parameter, max } };
  }

  protected fits(index: number): boolean {
    const uri = this.uris()[index]?.trim() ?? '';
    const registered = this.registered().includes(uri);
    return !registered && !isBeginning(uri) && (this.field()[index]?.().valid() ?? false);
  }

  protected uris(): string[] {
    return this.field()().value();
  }

  protected set(index: number, uri: string): void {
    this.field()[index]?.().value.set(uri);
  }

  protected add(): void {
    this.field()().value.update((uris) => [...uris, '']);
    this.focusLater(`#redirect-uri-${this.uris().length - 1}`);
  }

  protected remove(index: number): void {
    this.field()().value.update((uris) => uris.filter((_, each) => each !== index));
    this.focusLater(`#redirect-uri-${Math.max(0, index - 1)}`);
  }
}
