import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  signal,
} from '@angular/core';
import { BothThemes } from './both-themes';
import { ColorPair } from './color-pair';
import { MEASURES, MOTION, PAIRS, RADII, SHADOWS, SIZES, SPACES, TYPE } from './tokens';

/** Colours, type, measures and motion, with the values that hold in this browser now. */
@Component({
  selector: 'fx-foundations',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BothThemes, ColorPair],
  templateUrl: './foundations.html',
  styleUrl: './foundations.scss',
})
export class Foundations {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  protected readonly groups = PAIRS;
  protected readonly sizes = SIZES;
  protected readonly type = TYPE;
  protected readonly spaces = SPACES;
  protected readonly radii = RADII;
  protected readonly shadows = SHADOWS;
  protected readonly measures = MEASURES;
  protected readonly motion = MOTION;

  protected readonly moved = signal(false);
  private readonly values = signal<ReadonlyMap<string, string>>(new Map());

  constructor() {
    afterNextRender({
      read: () => {
        const style = getComputedStyle(this.host.nativeElement);
        const tokens = [SIZES, TYPE, SPACES, RADII, SHADOWS, MEASURES, MOTION].flat();
        this.values.set(new Map(tokens.map(({ name }) => [name, style.getPropertyValue(name)])));
      },
    });
  }

  protected valueOf(token: string): string {
    return this.values().get(token) ?? '';
  }

  protected use(token: string): string {
    return `var(${token})`;
  }
}
