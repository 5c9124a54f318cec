import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/**
 * An icon of the Material Symbols, in the size and colour of the text around it. The page imports
 * the file (`import link from '@material-symbols/svg-400/rounded/link.svg'`), so only icons that
 * are used reach the browser. It is decoration: words say the same.
 */
@Component({
  selector: 'fx-icon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<svg viewBox="0 -960 960 960" aria-hidden="true" focusable="false">
    <path [attr.d]="path()" />
  </svg>`,
  styles: `
    :host {
      display: inline-flex;
      width: 1em;
      height: 1em;
      line-height: 1;
    }
    svg {
      width: 100%;
      height: 100%;
      fill: currentcolor;
    }
  `,
})
export class Icon {
  /** The source of an SVG file with one path. */
  readonly svg = input.required<string>();
  protected readonly path = computed(() => / d="([^"]*)"/.exec(this.svg())?.[1] ?? '');
}
