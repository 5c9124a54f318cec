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
import { DialogAction } from './dialog-action';
import { Icon } from './icon';
import { Words } from './question';
import { Trouble } from './trouble';

export interface DeleteQuestion {
  heading: Words;
  /** What will happen, the worst first: one sentence each. */
  points: readonly Words[];
  /** What has to be typed, and what asks for it. */
  name: string;
  type: Words;
  wrong: string;
  confirm: string;
  action: () => Promise<void>;
}

/** Opened by Deletion. Ends what does not come back, once the name of it has been typed. */
@Component({
  selector: 'fx-delete-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective, Trouble],
  providers: [DialogAction],
  template: `
    <form *transloco="let t" method="post" novalidate (submit)="confirm($event)">
      <h2 mat-dialog-title>{{ t(question.heading.text, question.heading.values) }}</h2>
      <mat-dialog-content>
        <ul class="points">
          @for (point of question.points; track point.text; let first = $first) {
            <li [class.worst]="first">{{ t(point.text, point.values) }}</li>
          }
        </ul>
        <div class="fx-field">
          <label for="delete-name">{{ t(question.type.text, question.type.values) }}</label>
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
              <fx-icon [svg]="errorIcon" />{{ t(question.wrong) }}
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
          {{ t(action.busy() ? 'settings.confirm.busy' : question.confirm) }}
        </button>
      </mat-dialog-actions>
    </form>
  `,
  styleUrl: './dialog.scss',
  styles: `
    .points {
      display: grid;
      gap: var(--fx-space-3);
      margin-bottom: var(--fx-space-5);
    }
    .worst {
      font-weight: var(--fx-weight-strong);
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
