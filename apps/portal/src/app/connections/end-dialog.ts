import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import stop from '@material-symbols/svg-400/rounded/block.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { Icon } from '../ui/icon';
import { EndConnections, EndTarget } from './end-connections';

/** Asks once, says what stops and what does not, ends, and closes with `true`. */
@Component({
  selector: 'fx-end-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective],
  templateUrl: './end-dialog.html',
  styleUrl: './end-dialog.scss',
})
export class EndDialog {
  protected readonly target = inject<EndTarget>(MAT_DIALOG_DATA);
  protected readonly formats = inject(Formats);
  private readonly connections = inject(EndConnections);
  private readonly dialog = inject<MatDialogRef<EndDialog, boolean>>(MatDialogRef);

  protected readonly busy = signal(false);
  protected readonly failed = signal<'unreachable' | 'failed' | null>(null);
  protected readonly failedText = computed(() =>
    this.failed() === 'unreachable' ? 'connections.end.unreachable' : 'connections.end.failed',
  );
  protected readonly check = check;
  protected readonly stop = stop;
  protected readonly warning = warning;

  protected cancel(): void {
    if (!this.busy()) this.dialog.close(false);
  }

  protected async confirm(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.failed.set(null);
    // Closing now would leave open whether it has ended.
    this.dialog.disableClose = true;
    try {
      await this.connections.end(this.target);
      this.dialog.close(true);
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code === 'session_required') this.dialog.close(false);
      // Gone already, perhaps by another hand: what was asked for is the case.
      else if (error.code === 'not_found') this.dialog.close(true);
      else this.failed.set(error.unreachable ? 'unreachable' : 'failed');
    } finally {
      this.busy.set(false);
      this.dialog.disableClose = false;
    }
  }
}
