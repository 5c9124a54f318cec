import { ChangeDetectionStrategy, Component, input, model } from '@angular/core';
import { Language } from '../api/types';

/** In which language somebody else is written to; each is named in its own. */
@Component({
  selector: 'fx-language-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="fx-field">
      <label [for]="fieldId()">{{ label() }}</label>
      <select
        #field
        class="fx-input"
        [id]="fieldId()"
        (change)="value.set(field.value === 'en' ? 'en' : 'de')"
      >
        <option value="de" lang="de" [selected]="value() === 'de'">Deutsch</option>
        <option value="en" lang="en" [selected]="value() === 'en'">English</option>
      </select>
    </div>
  `,
  styles: `
    :host {
      display: block;
      max-width: 15rem;
    }
  `,
})
export class LanguageField {
  /** Unique on the page. */
  readonly fieldId = input.required<string>();
  readonly label = input.required<string>();
  readonly value = model.required<Language>();
}
