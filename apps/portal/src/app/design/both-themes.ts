import { NgTemplateOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, contentChild, TemplateRef } from '@angular/core';

export type PanelTheme = 'light' | 'dark';

/**
 * Shows a template in both themes. The tokens are written with `light-dark()`, which looks at the
 * `color-scheme` of the element that uses them, so a panel needs no styles of its own.
 */
@Component({
  selector: 'fx-both-themes',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [NgTemplateOutlet],
  template: `
    @for (theme of themes; track theme) {
      <div class="panel" role="group" [attr.aria-label]="theme" [style.color-scheme]="theme">
        <ng-container
          [ngTemplateOutlet]="content()"
          [ngTemplateOutletContext]="{ $implicit: theme }"
        />
      </div>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr));
      gap: var(--fx-space-4);
    }
    .panel {
      min-width: 0;
      padding: clamp(var(--fx-space-4), 3vw, var(--fx-space-5));
      border: 1px solid var(--mat-sys-outline-variant);
      border-radius: var(--fx-radius-lg);
      background: var(--mat-sys-background);
      color: var(--mat-sys-on-surface);
    }
  `,
})
export class BothThemes {
  /** Gets the panel's theme, for ids that must differ. */
  protected readonly content = contentChild.required(TemplateRef<{ $implicit: PanelTheme }>);
  protected readonly themes: readonly PanelTheme[] = ['light', 'dark'];
}
