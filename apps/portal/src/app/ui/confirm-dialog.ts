import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { DialogAction } from './dialog-action';
import { CONCERNED_ID, POINTS_ID, type Question } from './question';
import { Trouble } from './trouble';

/** Opened by Confirmation. The way out comes first, so that Enter does no harm. */
@Component({
  selector: 'fx-confirm-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective, Trouble],
  providers: [DialogAction],
  templateUrl: './confirm-dialog.html',
  styleUrls: ['./dialog.scss', './confirm-dialog.scss'],
})
export class ConfirmDialog {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<ConfirmDialog, boolean>>(MatDialogRef);

  protected readonly action = inject(DialogAction);

  protected readonly concernedId = CONCERNED_ID;
  protected readonly pointsId = POINTS_ID;
  protected readonly ticked = signal(false);

  protected async confirm(): Promise<void> {
    await this.action.run(async () => {
      await this.question.action?.(this.ticked());
      this.dialog.close(true);
    });
  }
}
