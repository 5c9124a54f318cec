import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { apiErrorFrom } from '../api/problem';
import { Icon } from '../ui/icon';
import { Words } from '../ui/question';

export interface DeleteQuestion {
  name: string;
  harm: Words;
  action: () => Promise<void>;
}

const TROUBLE_TEXTS: Record<string, string> = {
  unreachable: 'settings.confirm.unreachable',
  service_unavailable: 'settings.confirm.unavailable',
  forbidden: 'settings.confirm.forbidden',
  not_found: 'settings.confirm.gone',
  precondition_failed: 'settings.confirm.changed',
};

/** Deletes an application once its name has been typed. */
@Component({
  selector: 'fx-delete-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective],
  template: `
    <form *transloco="let t" method="post" novalidate (submit)="confirm($event)">
      <h2 mat-dialog-title>{{ t('registry.delete.heading', { name: question.name }) }}</h2>
      <mat-dialog-content>
        <ul>
          <li>
            <strong>{{ t(question.harm.text, question.harm.values) }}</strong>
          </li>
          <li>{{ t('registry.delete.forGood') }}</li>
          <li>{{ t('registry.delete.instead') }}</li>
        </ul>
        <div class="fx-field">
          <label for="delete-name">{{ t('registry.delete.type', { name: question.name }) }}</label>
          <input
            #field
            class="fx-input"
            id="delete-name"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            [value]="typed()"
            (input)="typed.set(field.value)"
            [attr.aria-invalid]="wrong() ? true : null"
            [attr.aria-describedby]="wrong() ? 'delete-name-error' : null"
          />
          @if (wrong()) {
            <p class="fx-field__error" id="delete-name-error">
              <fx-icon [svg]="errorIcon" />{{ t('registry.delete.wrong') }}
            </p>
          }
        </div>
        <div role="alert">
          @if (trouble(); as text) {
            <div class="fx-notice fx-notice--negative">
              <fx-icon [svg]="errorIcon" />
              <p>{{ t(text) }}</p>
            </div>
          }
        </div>
      </mat-dialog-content>
      <mat-dialog-actions>
        <button type="button" class="fx-button fx-button--secondary" (click)="cancel()">
          {{ t('settings.confirm.cancel') }}
        </button>
        <button
          type="submit"
          class="fx-button fx-button--danger"
          [attr.aria-disabled]="busy() ? true : null"
        >
          {{ t(busy() ? 'settings.confirm.busy' : 'registry.delete.confirm') }}
        </button>
      </mat-dialog-actions>
    </form>
  `,
  styles: `
    h2,
    mat-dialog-content {
      overflow-wrap: anywhere;
    }
    ul {
      display: grid;
      gap: var(--fx-space-3);
      margin-bottom: var(--fx-space-5);
    }
    .fx-notice {
      margin-top: var(--fx-space-4);
    }
    mat-dialog-actions {
      display: flex;
      flex-wrap: wrap;
      justify-content: flex-end;
      gap: var(--fx-space-3);
    }
    @media (max-width: 30rem) {
      mat-dialog-actions > .fx-button {
        flex: 1 1 100%;
      }
    }
  `,
})
export class DeleteDialog {
  protected readonly question = inject<DeleteQuestion>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<DeleteDialog, boolean>>(MatDialogRef);

  protected readonly typed = signal('');
  private readonly tried = signal(false);
  protected readonly matches = computed(() => this.typed().trim() === this.question.name);
  protected readonly wrong = computed(() => this.tried() && !this.matches());
  protected readonly busy = signal(false);
  protected readonly trouble = signal<string | null>(null);
  protected readonly errorIcon = errorIcon;

  protected cancel(): void {
    if (!this.busy()) this.dialog.close(false);
  }

  protected async confirm(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    if (this.busy() || !this.matches()) return;
    this.busy.set(true);
    this.dialog.disableClose = true;
    this.trouble.set(null);
    try {
      await this.question.action();
      this.dialog.close(true);
    } catch (cause) {
      const { code } = apiErrorFrom(cause);
      if (code === 'session_required') this.dialog.close(false);
      this.trouble.set(TROUBLE_TEXTS[code] ?? 'settings.confirm.failed');
    } finally {
      this.busy.set(false);
      this.dialog.disableClose = false;
    }
  }
}
