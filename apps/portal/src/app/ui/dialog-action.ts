import { inject, Injectable, signal } from '@angular/core';
import { MatDialogRef } from '@angular/material/dialog';
import { ApiError, apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { Words } from './question';
import { troubleWords } from './trouble';

/** What has happened to the thing while the dialog was open. */
const TEXTS: Record<string, string> = {
  forbidden: 'settings.confirm.forbidden',
  not_found: 'settings.confirm.gone',
  precondition_failed: 'settings.confirm.changed',
};

/**
 * Does what a dialog has asked about. The dialog stays open meanwhile, because closing it would
 * leave open whether it has been done, and says why it has failed. Provide it in the dialog.
 */
@Injectable()
export class DialogAction {
  private readonly dialog = inject<MatDialogRef<unknown>>(MatDialogRef);
  private readonly formats = inject(Formats);

  readonly busy = signal(false);
  readonly trouble = signal<Words | null>(null);

  /**
   * @param action closes the dialog with its result
   * @param explain says what the dialog knows better; null for the usual words
   */
  async run(
    action: () => Promise<void>,
    explain: (error: ApiError) => Words | null = () => null,
  ): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.dialog.disableClose = true;
    this.trouble.set(null);
    try {
      await action();
    } catch (cause) {
      const error = apiErrorFrom(cause);
      // The page behind it leads to the sign-in.
      if (error.code === 'session_required') this.dialog.close();
      else this.trouble.set(explain(error) ?? troubleWords(error, this.formats, TEXTS));
    } finally {
      this.busy.set(false);
      this.dialog.disableClose = false;
    }
  }

  /** Closes without a result, unless something is being done. */
  cancel(): void {
    if (!this.busy()) this.dialog.close();
  }
}
