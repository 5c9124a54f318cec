import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  inject,
  viewChild,
} from '@angular/core';
import {
  MatDialogActions,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import { PROOF_MINUTES } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { DialogAction } from '../ui/dialog-action';
import { Trouble } from '../ui/trouble';
import { IdentityProof } from './identity-proof';

const PROOFS = '/user/v7/sessions/current/proofs';

/** Asks who is at the browser, in the middle of what they do. Closes with true once it is proven. */
@Component({
  selector: 'fx-proof-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    IdentityProof,
    MatDialogActions,
    MatDialogContent,
    MatDialogTitle,
    TranslocoDirective,
    Trouble,
  ],
  // It opens over any page of the settings.
  providers: [DialogAction, provideTranslocoScope('security')],
  template: `
    <form *transloco="let t" method="post" novalidate (submit)="prove($event)">
      <h2 mat-dialog-title>{{ t('security.proof.heading') }}</h2>
      <mat-dialog-content>
        <div class="fields">
          <fx-trouble [words]="action.trouble()" />
          <p>{{ t('security.proof.text', { minutes }) }}</p>
          <fx-identity-proof name="proof" code="if-asked" />
        </div>
      </mat-dialog-content>
      <mat-dialog-actions>
        <button type="button" class="fx-button fx-button--secondary" (click)="action.cancel()">
          {{ t('settings.confirm.cancel') }}
        </button>
        <button
          type="submit"
          class="fx-button fx-button--primary"
          [attr.aria-disabled]="action.busy() ? true : null"
        >
          {{ t(action.busy() ? 'settings.confirm.busy' : 'security.proof.send') }}
        </button>
      </mat-dialog-actions>
    </form>
  `,
  styleUrl: '../ui/dialog.scss',
  styles: `
    .fields {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--fx-space-4);
    }
  `,
})
export class ProofDialog {
  private readonly api = inject(Api);
  private readonly dialog = inject<MatDialogRef<ProofDialog, boolean>>(MatDialogRef);
  private readonly proof = viewChild(IdentityProof);

  protected readonly action = inject(DialogAction);
  protected readonly minutes = PROOF_MINUTES;

  constructor() {
    // The texts, and with them the fields, may come after the dialog.
    afterRenderEffect(() => this.proof()?.focus());
  }

  protected async prove(event: Event): Promise<void> {
    event.preventDefault();
    const proof = this.proof();
    if (!proof || this.action.busy()) return;
    if (!proof.check()) return proof.focus();
    await this.action.run(async () => {
      try {
        await this.api.post(PROOFS, { resource: proof.value() });
      } catch (cause) {
        if (!proof.refuse(apiErrorFrom(cause))) throw cause;
        return proof.focus();
      }
      this.dialog.close(true);
    });
  }
}
