import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import visibility from '@material-symbols/svg-400/rounded/visibility.svg';
import { AuthorizationRequest } from '../api/types';
import { Consent } from '../authorize/consent';
import { Icon } from '../ui/icon';

/** The authorize page's own card, in which nothing does anything. */
@Component({
  selector: 'fx-preview-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Consent,
    Icon,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    TranslocoDirective,
  ],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('registry.preview.title') }}</h2>
      <mat-dialog-content>
        <div class="fx-notice" role="status">
          <fx-icon [svg]="icon" />
          <p>{{ t(tried() ? 'registry.preview.nothing' : 'registry.preview.text') }}</p>
        </div>
        <div #frame class="frame">
          <fx-consent
            [request]="request"
            (allow)="tried.set(true)"
            (deny)="tried.set(true)"
            (switchUser)="tried.set(true)"
          />
        </div>
      </mat-dialog-content>
      <mat-dialog-actions>
        <button type="button" class="fx-button fx-button--secondary" mat-dialog-close>
          {{ t('registry.preview.close') }}
        </button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styleUrl: '../ui/dialog.scss',
  styles: `
    .fx-notice {
      margin-bottom: var(--fx-space-4);
    }
    .frame {
      padding: var(--fx-space-2);
      border: 2px dashed var(--mat-sys-outline);
      border-radius: var(--fx-radius-lg);
      background: var(--mat-sys-background);
    }
  `,
})
export class PreviewDialog {
  protected readonly request = inject<AuthorizationRequest>(MAT_DIALOG_DATA);
  protected readonly tried = signal(false);
  protected readonly icon = visibility;

  private readonly frame = viewChild<ElementRef<HTMLElement>>('frame');

  constructor() {
    // Before the router sees it: the card's links would leave the form.
    afterNextRender(() =>
      this.frame()?.nativeElement.addEventListener('click', (event) => this.hold(event), true),
    );
  }

  private hold(event: Event): void {
    if (!(event.target as HTMLElement).closest('a')) return;
    event.preventDefault();
    event.stopPropagation();
    this.tried.set(true);
  }
}
