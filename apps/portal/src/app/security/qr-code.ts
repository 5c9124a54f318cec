import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { generate } from 'lean-qr';
import { toSvgPath } from 'lean-qr/extras/svg';

/** So much white around it is what cameras need (ISO/IEC 18004, quiet zone). */
const QUIET = 4;

/** Dark on white in both themes, because many cameras read nothing else. */
@Component({
  selector: 'fx-qr-code',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg role="img" [attr.aria-label]="label()" [attr.viewBox]="box()" shape-rendering="crispEdges">
      <rect width="100%" height="100%" [attr.x]="-quiet" [attr.y]="-quiet" fill="#fff" />
      <path [attr.d]="path()" fill="#000" />
    </svg>
  `,
  styles: `
    :host {
      display: block;
      width: min(13rem, 100%);
      forced-color-adjust: none;
    }
    svg {
      display: block;
      width: 100%;
      border-radius: var(--fx-radius-sm);
    }
  `,
})
export class QrCode {
  readonly value = input.required<string>();
  /** What it is, for those who do not see it. */
  readonly label = input.required<string>();

  private readonly bitmap = computed(() => generate(this.value()));
  protected readonly path = computed(() => toSvgPath(this.bitmap()));
  protected readonly box = computed(() => {
    const side = this.bitmap().size + 2 * QUIET;
    return `${-QUIET} ${-QUIET} ${side} ${side}`;
  });
  protected readonly quiet = QUIET;
}
