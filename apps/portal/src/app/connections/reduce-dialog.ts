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
import { Api } from '../api/api';
import { ApiError, apiErrorFrom } from '../api/problem';
import { ConnectionDetail, Envelope } from '../api/types';
import { KnownScopes } from '../scopes/known-scopes';
import { viewOnlyPart } from '../scopes/scope-words';
import { Icon } from '../ui/icon';

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

type Trouble = 'unreachable' | 'failed' | 'ended';

const TROUBLE_TEXTS: Record<Trouble, string> = {
  unreachable: 'connections.reduce.unreachable',
  failed: 'connections.reduce.failed',
  ended: 'connections.reduce.ended',
};

/** Asks once, says what stops and what does not, and reduces a connection to reading. */
@Component({
  selector: 'fx-reduce-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective],
  templateUrl: './reduce-dialog.html',
  styleUrl: './end-dialog.scss',
})
export class ReduceDialog {
  protected readonly target = inject<ReduceTarget>(MAT_DIALOG_DATA);
  private readonly api = inject(Api);
  private readonly knownScopes = inject(KnownScopes);
  private readonly dialog = inject<MatDialogRef<ReduceDialog, ReduceResult>>(MatDialogRef);
  private readonly path = `/user/v7/connections/${encodeURIComponent(this.target.connectionId)}`;

  protected readonly busy = signal(false);
  protected readonly trouble = signal<Trouble | null>(null);
  protected readonly ended = computed(() => this.trouble() === 'ended');
  protected readonly troubleText = computed(() => {
    const trouble = this.trouble();
    return trouble && TROUBLE_TEXTS[trouble];
  });
  protected readonly check = check;
  protected readonly stop = stop;
  protected readonly warning = warning;

  protected close(): void {
    if (!this.busy()) this.dialog.close(this.ended() ? 'ended' : undefined);
  }

  protected async confirm(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.trouble.set(null);
    // Closing now would leave open what the application may do.
    this.dialog.disableClose = true;
    try {
      await this.api.patch(this.path, { resource: { scope: this.target.viewOnlyScope } });
      this.dialog.close('reduced');
    } catch (cause) {
      await this.explain(apiErrorFrom(cause));
    } finally {
      this.busy.set(false);
      this.dialog.disableClose = false;
    }
  }

  private async explain(error: ApiError): Promise<void> {
    if (error.code === 'session_required') return this.dialog.close();
    if (error.code === 'not_found') return this.trouble.set('ended');
    if (error.code !== 'conflict') {
      return this.trouble.set(error.unreachable ? 'unreachable' : 'failed');
    }
    // Ended or reduced by somebody else: the result is what was asked for.
    try {
      const { resource } = await this.api.get<Envelope<ConnectionDetail>>(this.path);
      if (resource.status === 'revoked') this.trouble.set('ended');
      else if (viewOnlyPart(resource.scope, this.knownScopes.table())) this.trouble.set('failed');
      else this.dialog.close('reduced');
    } catch {
      this.trouble.set('failed');
    }
  }
}
