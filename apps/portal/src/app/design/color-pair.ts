import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  input,
  signal,
} from '@angular/core';
import { contrastRatio, parseColor, toHex } from './contrast';
import { Pair } from './tokens';

/** A ground with what stands on it, as the browser computes them, and whether they can be told apart. */
@Component({
  selector: 'fx-color-pair',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span class="swatch" aria-hidden="true" [style.background]="value(pair().ground)">
      @if (pair().ink; as ink) {
        @if (pair().least === 4.5) {
          <span [style.color]="value(ink)">Aa</span>
        } @else {
          <i [style.color]="value(ink)"></i>
        }
      }
    </span>
    <span class="text">
      <code>{{ short(pair().ground) }}</code>
      @if (pair().ink; as ink) {
        <code>{{ short(ink) }}</code>
      }
      <span class="use">{{ pair().use }}</span>
    </span>
    <span class="numbers fx-tabular">
      @for (hex of hexes(); track $index) {
        <span>{{ hex }}</span>
      }
      @if (ratio(); as ratio) {
        <b [class.enough]="enough() === true" [class.poor]="enough() === false"
          >{{ ratio.toFixed(1) }}:1</b
        >
      }
    </span>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: 4rem minmax(0, 1fr) auto;
      align-items: center;
      gap: var(--fx-space-4);
      padding: var(--fx-space-3) 0;
    }
    :host(:not(:first-child)) {
      border-top: 1px solid var(--mat-sys-outline-variant);
    }
    .swatch {
      display: grid;
      place-items: center;
      height: 3.25rem;
      border: 1px solid var(--mat-sys-outline-variant);
      border-radius: var(--fx-radius-sm);
      font-size: var(--fx-text-lg);
      font-weight: var(--fx-weight-strong);
    }
    i {
      width: 2.25rem;
      height: 1.5rem;
      border: 2px solid;
      border-radius: var(--fx-radius-sm);
    }
    .text {
      min-width: 0;
      font-size: var(--fx-text-sm);
      overflow-wrap: anywhere;
    }
    code {
      font-size: var(--fx-text-xs);
    }
    code + code::before {
      content: '+ ';
      margin-inline-start: 0.35em;
    }
    .use {
      display: block;
      color: var(--mat-sys-on-surface-variant);
    }
    .numbers {
      display: grid;
      color: var(--mat-sys-on-surface-variant);
      font-size: var(--fx-text-xs);
      line-height: 1.35;
      text-align: end;
    }
    .enough {
      color: var(--fx-positive);
    }
    .poor {
      color: var(--mat-sys-error);
    }
  `,
})
export class ColorPair {
  readonly pair = input.required<Pair>();

  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly rendered = signal<{ ground: string; ink: string | null } | null>(null);

  protected readonly hexes = computed(() => {
    const found = this.rendered();
    const colors = found ? [found.ground, ...(found.ink === null ? [] : [found.ink])] : [];
    return colors.map((color) => {
      const parsed = parseColor(color);
      return parsed ? toHex(parsed) : color;
    });
  });
  protected readonly ratio = computed(() => {
    const found = this.rendered();
    const ground = found && parseColor(found.ground);
    const ink = found?.ink == null ? null : parseColor(found.ink);
    return ground && ink ? contrastRatio(ground, ink) : null;
  });
  protected readonly enough = computed(() => {
    const { least } = this.pair();
    const ratio = this.ratio();
    return least === undefined || ratio === null ? null : ratio >= least;
  });

  constructor() {
    afterNextRender({
      read: () => {
        const swatch = this.host.nativeElement.querySelector('.swatch');
        if (!swatch) return;
        const ink = swatch.firstElementChild;
        this.rendered.set({
          ground: getComputedStyle(swatch).backgroundColor,
          ink: ink ? getComputedStyle(ink).color : null,
        });
      },
    });
  }

  protected value(token: string): string {
    return `var(${token})`;
  }

  protected short(token: string): string {
    return token.replace(/^--(mat-sys-)?/, '');
  }
}
