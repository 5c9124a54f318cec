import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import searchIcon from '@material-symbols/svg-400/rounded/search.svg';
import { Icon } from './icon';

/** How long typing has to pause: each search is a request. */
const PAUSE_MS = 300;

/** A field for the words of a search, which it emits once the reader pauses. */
@Component({
  selector: 'fx-search-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <fx-icon [svg]="icon" />
    <input
      #field
      class="fx-input fx-input--compact"
      type="search"
      autocomplete="off"
      spellcheck="false"
      maxlength="100"
      [attr.aria-label]="label()"
      [placeholder]="hint() || label()"
      [value]="value()"
      (input)="typed()"
      (keydown.enter)="enter($event)"
    />
  `,
  styles: `
    :host {
      display: block;
      position: relative;
    }
    fx-icon {
      position: absolute;
      inset-block: 0;
      inset-inline-start: var(--fx-space-3);
      height: 100%;
      color: var(--mat-sys-on-surface-variant);
      font-size: 1.25rem;
      pointer-events: none;
    }
    input {
      padding-inline-start: 2.5rem;
      text-overflow: ellipsis;
    }
    input::-webkit-search-cancel-button {
      appearance: none;
      width: 0.875rem;
      height: 0.875rem;
      background: var(--mat-sys-on-surface-variant);
      clip-path: polygon(
        12% 0,
        50% 38%,
        88% 0,
        100% 12%,
        62% 50%,
        100% 88%,
        88% 100%,
        50% 62%,
        12% 100%,
        0 88%,
        38% 50%,
        0 12%
      );
      cursor: pointer;

      @media (forced-colors: active) {
        background: FieldText;
        forced-color-adjust: none;
      }
    }
  `,
})
export class SearchField {
  readonly label = input.required<string>();
  /** Shown instead of the label, where there is little room. */
  readonly hint = input('');
  readonly value = input('');
  readonly searched = output<string>();

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private pause: ReturnType<typeof setTimeout> | undefined;
  protected readonly icon = searchIcon;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.pause));
  }

  focus(): void {
    this.field().nativeElement.focus();
  }

  protected typed(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.say(), PAUSE_MS);
  }

  /** Not the form's Enter, where the field stands in one. */
  protected enter(event: Event): void {
    event.preventDefault();
    this.say();
  }

  private say(): void {
    clearTimeout(this.pause);
    this.searched.emit(this.field().nativeElement.value.trim());
  }
}
