import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
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
import { Api } from '../api/api';
import { ApiError, apiErrorFrom } from '../api/problem';
import { ConnectionDetail, Envelope } from '../api/types';
import { KnownScopes } from '../scopes/known-scopes';
import { viewOnlyPart } from '../scopes/scope-words';
import { DialogAction } from '../ui/dialog-action';
import { Icon } from '../ui/icon';
import { Words } from '../ui/question';
import { Trouble } from '../ui/trouble';

export interface ReduceTarget {
  connectionId: string;
  appName: string;
  /** What is left of its scope. */
  viewOnlyScope: string;
  /** null where it is the reader's own. */
  ownerName: string | null;
}

/** What the page finds afterwards. */
export type ReduceResult = 'reduced' | 'ended';

/** Asks once, says what stops and what does not, and reduces a connection to reading. */
@Component({
  selector: 'fx-reduce-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective, Trouble],
  providers: [DialogAction],
  templateUrl: './reduce-dialog.html',
  styleUrls: ['../ui/dialog.scss', './end-dialog.scss'],
})
export class ReduceDialog {
  protected readonly target = inject<ReduceTarget>(MAT_DIALOG_DATA);
  private readonly api = inject(Api);
  private readonly knownScopes = inject(KnownScopes);
  private readonly dialog = inject<MatDialogRef<ReduceDialog, ReduceResult>>(MatDialogRef);
  private readonly path = `/user/v7/connections/${encodeURIComponent(this.target.connectionId)}`;

  protected readonly action = inject(DialogAction);
  /** Somebody else has ended it meanwhile. */
  protected readonly ended = signal(false);
  protected readonly check = check;
  protected readonly stop = stop;

  protected close(): void {
    if (!this.action.busy()) this.dialog.close(this.ended() ? 'ended' : undefined);
  }

  protected async confirm(): Promise<void> {
    await this.action.run(
      async () => {
        await this.reduce();
        this.dialog.close('reduced');
      },
      (error) => this.explain(error),
    );
  }

  private async reduce(): Promise<void> {
    try {
      await this.api.patch(this.path, { resource: { scope: this.target.viewOnlyScope } });
    } catch (cause) {
      // Reduced by somebody else: the result is what was asked for.
      const reduced = apiErrorFrom(cause).code === 'conflict' && (await this.isReduced());
      if (!reduced) throw cause;
    }
  }

  private async isReduced(): Promise<boolean> {
    const { resource } = await this.api.get<Envelope<ConnectionDetail>>(this.path);
    this.ended.set(resource.status === 'revoked');
    return !this.ended() && !viewOnlyPart(resource.scope, this.knownScopes.table());
  }

  private explain({ code, unreachable }: ApiError): Words | null {
    if (code === 'not_found') this.ended.set(true);
    if (this.ended()) return { text: 'connections.reduce.ended' };
    return unreachable ? { text: 'connections.reduce.unreachable' } : null;
  }
}
