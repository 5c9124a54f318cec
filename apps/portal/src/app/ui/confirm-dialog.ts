import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import error from '@material-symbols/svg-400/rounded/error.svg';
import { apiErrorFrom } from '../api/problem';
import { Icon } from './icon';
import { POINTS_ID, type Question } from './question';

const TROUBLE_TEXTS: Record<string, string> = {
  unreachable: 'settings.confirm.unreachable',
  service_unavailable: 'settings.confirm.unavailable',
  forbidden: 'settings.confirm.forbidden',
  not_found: 'settings.confirm.gone',
  precondition_failed: 'settings.confirm.changed',
};

/** Opened by Confirmation. The way out comes first, so that Enter does no harm. */
@Component({
  selector: 'fx-confirm-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective],
  templateUrl: './confirm-dialog.html',
  styleUrl: './confirm-dialog.scss',
})
export class ConfirmDialog {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<ConfirmDialog, boolean>>(MatDialogRef);

  protected readonly pointsId = POINTS_ID;
  protected readonly busy = signal(false);
  protected readonly ticked = signal(false);
  protected readonly trouble = signal<string | null>(null);
  protected readonly errorIcon = error;

  protected cancel(): void {
    if (!this.busy()) this.dialog.close(false);
  }

  protected async confirm(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.dialog.disableClose = true;
    this.trouble.set(null);
    try {
      await this.question.action(this.ticked());
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
