import { ChangeDetectionStrategy, Component, computed, input, model } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { Icon } from './icon';

/** A labelled line or paragraph of text with its hint and what is wrong with it. For `[formField]`. */
@Component({
  selector: 'fx-text-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  template: `
    <div class="fx-field">
      <label [attr.for]="fieldId()">
        {{ label() }}
        @if (optional()) {
          <span class="optional">{{ 'registry.form.optional' | transloco }}</span>
        }
      </label>
      @if (lines() > 1) {
        <textarea
          #area
          class="fx-input"
          [id]="fieldId()"
          [rows]="lines()"
          [value]="value()"
          (input)="value.set(area.value)"
          [attr.aria-invalid]="error() ? true : null"
          [attr.aria-describedby]="descriptions()"
        ></textarea>
      } @else {
        <input
          #line
          class="fx-input"
          autocomplete="off"
          [attr.spellcheck]="kind() === 'text' ? null : 'false'"
          [attr.autocapitalize]="kind() === 'text' ? null : 'none'"
          [id]="fieldId()"
          [type]="kind()"
          [placeholder]="placeholder()"
          [value]="value()"
          (input)="value.set(line.value)"
          [attr.aria-invalid]="error() ? true : null"
          [attr.aria-describedby]="descriptions()"
        />
      }
      @if (hint(); as text) {
        <p class="fx-field__hint" [id]="fieldId() + '-hint'">{{ text }}</p>
      }
      @if (error(); as text) {
        <p class="fx-field__error" [id]="fieldId() + '-error'">
          <fx-icon [svg]="errorIcon" />{{ text }}
        </p>
      }
    </div>
  `,
  styles: `
    textarea {
      font: inherit;
      padding-block: var(--fx-space-3);
      resize: vertical;
    }
    .optional {
      color: var(--mat-sys-on-surface-variant);
      font-weight: 400;
    }
  `,
})
export class TextField {
  readonly fieldId = input.required<string>();
  readonly label = input.required<string>();
  readonly value = model('');
  readonly hint = input<string | null>(null);
  readonly error = input<string | null>(null);
  readonly optional = input(false);
  readonly lines = input(1);
  readonly kind = input<'text' | 'url' | 'email'>('text');
  readonly placeholder = input('');

  protected readonly errorIcon = errorIcon;
  protected readonly descriptions = computed(() => {
    const ids = [
      this.error() ? `${this.fieldId()}-error` : null,
      this.hint() ? `${this.fieldId()}-hint` : null,
    ];
    return ids.filter((id) => id !== null).join(' ') || null;
  });
}
