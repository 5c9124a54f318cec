import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  Injector,
  input,
  output,
  viewChildren,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import close from '@material-symbols/svg-400/rounded/close.svg';
import { Icon } from './icon';

export interface Pick {
  id: string;
  name: string;
}

/** What has been picked one by one, each with its way out; takes no room while there is nothing. */
@Component({
  selector: 'fx-picks',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    @if (items().length > 0) {
      <ul class="picks" *transloco="let t" [attr.aria-label]="label()">
        @for (item of items(); track item.id; let index = $index) {
          <li>
            <span>{{ item.name }}</span>
            <button
              #button
              type="button"
              [attr.aria-label]="t(removeLabel(), { name: item.name })"
              (click)="remove(item.id, index)"
            >
              <fx-icon [svg]="close" />
            </button>
          </li>
        }
      </ul>
    }
  `,
  styles: `
    :host {
      display: block;
    }

    :host:not(:has(*)) {
      display: none;
    }

    .picks {
      display: flex;
      flex-wrap: wrap;
      gap: var(--fx-space-2);
    }

    li {
      display: flex;
      align-items: center;
      gap: var(--fx-space-1);
      min-width: 0;
      padding-inline-start: var(--fx-space-3);
      border: 1px solid var(--mat-sys-outline-variant);
      border-radius: var(--fx-radius);
      background: var(--mat-sys-surface-container);
      font-size: var(--fx-text-sm);
      overflow-wrap: anywhere;
    }

    button {
      display: grid;
      flex: none;
      place-items: center;
      width: 2.25rem;
      height: 2.25rem;
      padding: 0;
      border: 0;
      border-radius: var(--fx-radius);
      background: none;
      color: var(--mat-sys-on-surface-variant);
      font-size: 1.125rem;
      cursor: pointer;
    }
  `,
})
export class Picks {
  readonly items = input.required<readonly Pick[]>();
  /** What they are, for screen readers. */
  readonly label = input.required<string>();
  /** The text key of the buttons' names; the text says `{{name}}`. */
  readonly removeLabel = input.required<string>();
  /** With the id of the one that has to go. */
  readonly removed = output<string>();
  /** The last one has gone, and with it what had the focus. */
  readonly lastRemoved = output();

  private readonly injector = inject(Injector);
  private readonly buttons = viewChildren<ElementRef<HTMLElement>>('button');
  protected readonly close = close;

  /** The focus goes to the one that takes its place. */
  protected remove(id: string, index: number): void {
    this.removed.emit(id);
    afterNextRender(
      () => {
        const buttons = this.buttons();
        const next = buttons[Math.min(index, buttons.length - 1)];
        if (next) next.nativeElement.focus();
        else this.lastRemoved.emit();
      },
      { injector: this.injector },
    );
  }
}
