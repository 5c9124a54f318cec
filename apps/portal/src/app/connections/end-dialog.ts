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
import { apiWholeList } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { AvailableClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { fullName } from '../people/full-name';
import { SessionStore } from '../session/session-store';
import { DialogAction } from '../ui/dialog-action';
import { Icon } from '../ui/icon';
import { Trouble } from '../ui/trouble';
import { aftermathOf, concernsOf } from './concerns';
import { Concerned, EndConnections, EndTarget } from './end-connections';

export interface EndQuestion {
  target: EndTarget;
  /** null where it is one connection, or not known. */
  concerned: Concerned | null;
}

const SOME_TITLES = {
  one: 'connections.end.title.some.one',
  other: 'connections.end.title.some.other',
};

const PERSON_TITLES = {
  one: 'connections.end.title.person.one',
  other: 'connections.end.title.person.other',
};

const APP_TITLES = {
  one: 'connections.end.title.app.one',
  other: 'connections.end.title.app.other',
};

/** Asks once, says what stops and what does not, ends, and closes with how many it has ended. */
@Component({
  selector: 'fx-end-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatDialogActions, MatDialogContent, MatDialogTitle, TranslocoDirective, Trouble],
  providers: [DialogAction],
  templateUrl: './end-dialog.html',
  styleUrls: ['../ui/dialog.scss', './end-dialog.scss'],
})
export class EndDialog {
  private readonly question = inject<EndQuestion>(MAT_DIALOG_DATA);
  protected readonly target = this.question.target;
  private readonly viewer = inject(SessionStore).user()?.id;
  private readonly concerned = signal(this.question.concerned);
  private readonly count = computed(() =>
    this.target.kind === 'some' ? this.target.connections.length : (this.concerned()?.count ?? 0),
  );
  protected readonly formats = inject(Formats);
  private readonly connections = inject(EndConnections);
  private readonly dialog = inject<MatDialogRef<EndDialog, number>>(MatDialogRef);

  protected readonly action = inject(DialogAction);
  protected readonly title = computed(() => {
    const { target } = this;
    const concerned = this.concerned();
    if (target.kind === 'one') return 'connections.end.title.one';
    if (target.kind === 'some' || target.kind === 'matching') {
      return this.formats.plural(this.count(), SOME_TITLES);
    }
    if (target.kind === 'person') {
      return concerned
        ? this.formats.plural(concerned.count, PERSON_TITLES)
        : 'connections.end.title.person.all';
    }
    return concerned
      ? this.formats.plural(concerned.count, APP_TITLES)
      : 'connections.end.title.app.all';
  });
  protected readonly values = computed(() => {
    const { target } = this;
    return {
      app: 'appName' in target ? target.appName : '',
      person: fullName(this.owner),
      count: this.formats.number(this.count()),
    };
  });
  /** Whose they are, where that is one person who is not the reader. */
  protected readonly owner =
    this.target.kind === 'one'
      ? this.target.owner
      : this.target.kind === 'person'
        ? this.target.person
        : null;
  /** Which applications and people it is about, as far as the heading does not say so. */
  protected readonly concerns = computed(() =>
    concernsOf(this.target, this.concerned(), this.viewer),
  );
  protected readonly words = aftermathOf(this.target, this.viewer);
  /** What the reader could connect again; of others' connections and of many, nothing is known. */
  private readonly available = apiWholeList<AvailableClient>(() =>
    this.target.kind === 'one' && !this.target.owner ? '/user/v7/oauth-clients' : undefined,
  );
  protected readonly gone = computed(() => {
    const { target } = this;
    if (target.kind !== 'one' || !this.available.hasValue()) return false;
    return !this.available.value().some(({ clientId }) => clientId === target.clientId);
  });
  protected readonly check = check;
  protected readonly stop = stop;

  protected async confirm(): Promise<void> {
    await this.action.run(
      async () => this.dialog.close(await this.end()),
      ({ unreachable, code }) => {
        if (code === 'conflict' && this.target.kind === 'matching') {
          return { text: 'connections.end.moreByNow', values: this.values() };
        }
        return unreachable ? { text: this.unreachable } : null;
      },
    );
  }

  private get unreachable(): string {
    return this.target.kind === 'one'
      ? 'connections.end.unreachable'
      : 'connections.end.unreachableMany';
  }

  /** @returns how many have ended */
  private async end(): Promise<number> {
    try {
      return await this.connections.end(this.target, this.count());
    } catch (cause) {
      // More match by now: what is asked next is about those.
      if (apiErrorFrom(cause).code === 'conflict' && this.target.kind === 'matching') {
        this.concerned.set(await this.connections.concernedBy(this.target));
      }
      // Already gone, perhaps ended by somebody else: the result is what was asked for.
      const gone = apiErrorFrom(cause).code === 'not_found';
      if (gone && this.target.kind !== 'some') return 1;
      throw cause;
    }
  }
}
