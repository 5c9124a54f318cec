import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  input,
  output,
  untracked,
  viewChild,
} from '@angular/core';
import searchIcon from '@material-symbols/svg-400/rounded/search.svg';
import { searchFrom } from '../api/address-words';
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
  /** The words that the list is searched for. */
  readonly value = input('');
  readonly searched = output<string>();

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private pause: ReturnType<typeof setTimeout> | undefined;
  /** What has been emitted and has not come back as the value yet, the oldest first. */
  private underWay: string[] = [];
  protected readonly icon = searchIcon;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.pause));
    effect(() => {
      const value = this.value();
      untracked(() => this.take(value));
    });
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
    const words = searchFrom(this.field().nativeElement.value) ?? '';
    if (words !== (this.underWay.at(-1) ?? this.value())) this.underWay.push(words);
    this.searched.emit(words);
  }

  /** What was typed here stays as it was typed, also meanwhile; what comes from elsewhere is shown. */
  private take(value: string): void {
    const own = this.underWay.indexOf(value);
    this.underWay = own < 0 ? [] : this.underWay.slice(own + 1);
    if (own >= 0) return;
    clearTimeout(this.pause);
    this.field().nativeElement.value = value;
  }
}
