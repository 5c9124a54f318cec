import { ChangeDetectionStrategy, Component, inject, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import copy from '@material-symbols/svg-400/rounded/content_copy.svg';
import { Clipboard } from './clipboard';
import { Icon } from './icon';

/** A value that belongs elsewhere, with a button that puts it on the clipboard. */
@Component({
  selector: 'fx-copy-value',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="copy" *transloco="let t">
      <span class="copy__label">{{ label() }}</span>
      <code>{{ value() }}</code>
      <button
        type="button"
        class="fx-button fx-button--compact fx-button--secondary"
        [attr.aria-label]="t('registry.copy.label', { what: label() })"
        (click)="copy()"
      >
        <fx-icon [svg]="copied() ? done : icon" />
        {{ t(copied() ? 'registry.copy.done' : 'registry.copy.action') }}
      </button>
    </div>
  `,
  styles: `
    .copy {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      align-items: center;
      gap: var(--fx-space-1) var(--fx-space-3);
    }
    .copy__label {
      grid-column: 1 / -1;
      font-size: var(--fx-text-sm);
      font-weight: var(--fx-weight-strong);
    }
    code {
      padding: var(--fx-space-2) var(--fx-space-3);
      border-radius: var(--fx-radius-sm);
      background: var(--mat-sys-surface-container);
      color: var(--mat-sys-on-surface);
      overflow-wrap: anywhere;
      user-select: all;
    }
  `,
  host: { '(copy)': 'taken.emit()' },
})
export class CopyValue {
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  /** It is on the clipboard, by the button or by the reader's own hand. */
  readonly taken = output();

  private readonly clipboard = inject(Clipboard);
  protected readonly copied = signal(false);
  protected readonly icon = copy;
  protected readonly done = check;

  protected async copy(): Promise<void> {
    const copied = await this.clipboard.copy(this.value(), {
      done: 'registry.copy.said',
      // One click marks the whole value, so that the keyboard copies it.
      failed: 'registry.copy.failed',
      values: { what: this.label() },
    });
    if (!copied) return;
    this.copied.set(true);
    this.taken.emit();
  }
}
