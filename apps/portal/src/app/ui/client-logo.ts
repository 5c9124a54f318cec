import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DOCUMENT,
  inject,
  input,
  linkedSignal,
} from '@angular/core';

/**
 * An application's logo, or its first letter. Only pictures from this origin or inside the data
 * itself are shown: nothing is loaded from third parties, who would learn who looks at what.
 */
@Component({
  selector: 'fx-client-logo',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true', '[style.--_hue]': 'hue()' },
  template: `
    @if (source(); as logo) {
      <img [src]="logo" alt="" width="64" height="64" (error)="source.set(null)" />
    } @else {
      <span>{{ letter() }}</span>
    }
  `,
  styles: `
    :host {
      --_size: var(--fx-logo-size, 2.75rem);
      display: inline-grid;
      flex: none;
      place-items: center;
      width: var(--_size);
      height: var(--_size);
      overflow: hidden;
      border-radius: calc(var(--_size) * 0.28);
    }
    img {
      width: 100%;
      height: 100%;
      object-fit: contain;
    }
    span {
      display: grid;
      place-items: center;
      width: 100%;
      height: 100%;
      border: 1px solid light-dark(oklch(0.82 0.06 var(--_hue)), oklch(0.45 0.06 var(--_hue)));
      border-radius: inherit;
      background: light-dark(oklch(0.92 0.045 var(--_hue)), oklch(0.34 0.05 var(--_hue)));
      color: light-dark(oklch(0.38 0.09 var(--_hue)), oklch(0.92 0.05 var(--_hue)));
      font-size: calc(var(--_size) * 0.46);
      font-weight: 650;
    }
  `,
})
export class ClientLogo {
  readonly name = input.required<string>();
  readonly logoUri = input<string | null>(null);

  private readonly base = inject(DOCUMENT).baseURI;
  protected readonly source = linkedSignal(() => loadable(this.logoUri(), this.base));
  protected readonly letter = computed(
    () => this.name().trim().charAt(0).toLocaleUpperCase() || '?',
  );
  protected readonly hue = computed(() => {
    let hash = 7;
    for (const character of this.name()) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360;
    return hash;
  });
}

function loadable(uri: string | null, base: string): string | null {
  if (!uri) return null;
  if (/^data:image\/(png|jpeg|webp|gif|svg\+xml)[;,]/.test(uri)) return uri;
  try {
    const url = new URL(uri, base);
    return url.origin === new URL(base).origin ? url.href : null;
  } catch {
    return null;
  }
}
