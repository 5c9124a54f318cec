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
import { DialogAction } from '../ui/dialog-action';
import { Icon } from '../ui/icon';
import { Words } from '../ui/question';
import { Trouble } from '../ui/trouble';

export interface DeleteQuestion {
  name: string;
  harm: Words;
  action: () => Promise<void>;
}

/** Deletes an application once its name has been typed. */
@Component({
  selector: 'fx-delete-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective, Trouble],
  providers: [DialogAction],
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
        <fx-trouble [words]="action.trouble()" />
      </mat-dialog-content>
      <mat-dialog-actions>
        <button type="button" class="fx-button fx-button--secondary" (click)="action.cancel()">
          {{ t('settings.confirm.cancel') }}
        </button>
        <button
          type="submit"
          class="fx-button fx-button--danger"
          [attr.aria-disabled]="action.busy() ? true : null"
        >
          {{ t(action.busy() ? 'settings.confirm.busy' : 'registry.delete.confirm') }}
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
    fx-trouble:has(*) {
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
  protected readonly action = inject(DialogAction);
  protected readonly errorIcon = errorIcon;

  protected async confirm(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    if (!this.matches()) return;
    await this.action.run(async () => {
      await this.question.action();
      this.dialog.close(true);
    });
  }
}
