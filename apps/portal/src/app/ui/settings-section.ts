import { ChangeDetectionStrategy, Component, ElementRef, input, viewChild } from '@angular/core';

/** One subject of the settings: what it is about on the left, what there is to do on the right. */
@Component({
  selector: 'fx-settings-section',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section [attr.aria-labelledby]="name() + '-heading'">
      <header>
        <h2 #title [id]="name() + '-heading'" tabindex="-1">{{ heading() }}</h2>
        <p>{{ text() }}</p>
      </header>
      <div class="fx-card"><ng-content /></div>
    </section>
  `,
  styles: `
    :host {
      display: block;
      container-type: inline-size;
    }
    section {
      display: grid;
      grid-template-columns: minmax(0, 14rem) minmax(0, 1fr);
      gap: var(--fx-space-3) var(--fx-space-6);
    }
    header {
      display: grid;
      gap: var(--fx-space-2);
      align-content: start;
      padding-top: var(--fx-space-2);
    }
    header p {
      color: var(--mat-sys-on-surface-variant);
      font-size: var(--fx-text-sm);
    }
    .fx-card {
      min-width: 0;
      overflow: hidden;
    }
    @container (max-width: 44rem) {
      section {
        grid-template-columns: minmax(0, 1fr);
      }
    }
  `,
})
export class SettingsSection {
  /** Unique on the page; ids start with it. */
  readonly name = input.required<string>();
  readonly heading = input.required<string>();
  readonly text = input.required<string>();

  private readonly title = viewChild.required<ElementRef<HTMLElement>>('title');

  /** For when what had the focus is gone. */
  focus(): void {
    this.title().nativeElement.focus();
  }
}
