import { ComponentType } from '@angular/cdk/overlay';
import { inject, Injectable, Injector } from '@angular/core';
import type { MatDialogConfig } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { MissingPart } from './missing-part';
import { whenSettled } from './settled';

/** Fetches a dialog's component. */
export type DialogLoader<C> = () => Promise<ComponentType<C>>;

/**
 * Opens dialogs. Their code is no part of a page: it is fetched once the page has settled, and at
 * the latest when a dialog is asked for.
 */
@Injectable({ providedIn: 'root' })
export class Dialogs {
  private readonly injector = inject(Injector);
  private readonly missing = inject(MissingPart);
  private readonly router = inject(Router);
  private opening = false;
  /** Another dialog may open meanwhile, such as the question whether to leave the page. */
  private making = false;

  prepare(load: DialogLoader<unknown>): void {
    whenSettled(() => {
      // Without a network now, there may be one when the dialog is needed.
      Promise.all([this.service(), load()]).catch(() => undefined);
    });
  }

  /**
   * @param config or what makes it, where the API has to be asked first
   * @returns what the dialog was closed with; undefined also where one is being opened already
   */
  async open<C, D, R>(
    load: DialogLoader<C>,
    config: MatDialogConfig<D> | (() => Promise<MatDialogConfig<D>>),
  ): Promise<R | undefined> {
    if (typeof config !== 'function') return this.show(load, config);
    if (this.making) return undefined;
    this.making = true;
    const made = await config().finally(() => (this.making = false));
    return this.show(load, made);
  }

  private async show<C, D, R>(
    load: DialogLoader<C>,
    config: MatDialogConfig<D>,
  ): Promise<R | undefined> {
    if (this.opening) return undefined;
    this.opening = true;
    try {
      const [dialog, component] = await Promise.all([this.service(), load()]).catch(
        (cause: unknown) => {
          this.missing.report(this.router.url);
          throw cause;
        },
      );
      const shown = dialog.open<C, D, R>(component, config);
      this.opening = false;
      return await firstValueFrom(shown.afterClosed(), { defaultValue: undefined });
    } finally {
      this.opening = false;
    }
  }

  private async service() {
    const { MatDialog } = await import('./material-dialog');
    return this.injector.get(MatDialog);
  }
}
