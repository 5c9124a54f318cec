import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  signal,
  viewChild,
} from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { MAX_ADVANCE_USERS } from '@flixcheck/api-types/limits';
import { ApiError } from '../api/problem';
import { PolicyClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { nameAndEmail } from '../people/full-name';
import { type Named, PersonPicker } from '../people/person-picker';
import { DialogAction } from '../ui/dialog-action';
import { Icon } from '../ui/icon';
import { Picks } from '../ui/picks';
import { Words } from '../ui/question';
import { Trouble } from '../ui/trouble';

/** What an application is to be granted in advance, and for whom. */
export interface AdvanceInput {
  advanceScope: string;
  /** null: for everybody */
  advanceUserIds: string[] | null;
}

export interface AdvanceQuestion {
  client: PolicyClient;
  account: string;
  /** All that the application may ask for, as a scope string and in words. */
  scope: string;
  rights: string;
  /** The part of it that only views; null where that is all of it. */
  viewOnlyScope: string | null;
  /** Runs while the dialog is open; when it fails, the dialog says so. */
  action: (input: AdvanceInput) => Promise<void>;
}

/** Allows an application in advance, for everybody or for chosen people. */
@Component({
  selector: 'fx-advance-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Icon,
    MatDialogActions,
    MatDialogContent,
    MatDialogTitle,
    PersonPicker,
    Picks,
    TranslocoDirective,
    Trouble,
  ],
  providers: [DialogAction],
  templateUrl: './advance-dialog.html',
  styleUrls: ['../ui/dialog.scss', './advance-dialog.scss'],
})
export class AdvanceDialog {
  protected readonly question = inject<AdvanceQuestion>(MAT_DIALOG_DATA);
  private readonly dialog =
    inject<MatDialogRef<AdvanceDialog, Named[] | 'everybody'>>(MatDialogRef);
  protected readonly formats = inject(Formats);
  private readonly injector = inject(Injector);
  protected readonly picker = viewChild(PersonPicker);
  private readonly pickerElement = viewChild<PersonPicker, ElementRef<HTMLElement>>(PersonPicker, {
    read: ElementRef,
  });

  private readonly before = this.question.client;
  protected readonly granted = this.before.advanceScope !== null;
  protected readonly values = { app: this.before.name, account: this.question.account };
  protected readonly forEverybody = signal(this.before.advanceUsers === null);
  protected readonly people = signal<readonly Named[]>(this.before.advanceUsers ?? []);
  protected readonly picks = computed(() =>
    this.people().map((person) => ({ id: person.id, name: nameAndEmail(person) })),
  );
  protected readonly ids = computed(() => new Set(this.people().map(({ id }) => id)));
  protected readonly full = computed(() => this.people().length >= MAX_ADVANCE_USERS);
  protected readonly viewOnly = signal(this.before.advanceScope === this.question.viewOnlyScope);
  protected readonly action = inject(DialogAction);
  protected readonly nobody = signal(false);
  protected readonly icons = { error: errorIcon };
  protected readonly most = MAX_ADVANCE_USERS;

  protected choose(forEverybody: boolean): void {
    this.forEverybody.set(forEverybody);
    this.nobody.set(false);
    this.action.trouble.set(null);
  }

  protected add(person: Named | null): void {
    if (!person || this.ids().has(person.id)) return;
    this.people.update((people) => [...people, person]);
    this.nobody.set(false);
    // The chip has pushed the field down, on a phone below the buttons.
    afterNextRender(
      () => this.pickerElement()?.nativeElement.scrollIntoView({ block: 'nearest' }),
      {
        injector: this.injector,
      },
    );
  }

  protected remove(id: string): void {
    this.people.update((people) => people.filter((person) => person.id !== id));
    this.action.trouble.set(null);
  }

  protected async confirm(): Promise<void> {
    const everybody = this.forEverybody();
    const people = [...this.people()];
    this.nobody.set(!everybody && people.length === 0);
    if (this.nobody()) {
      this.picker()?.focus();
      return;
    }
    const { scope, viewOnlyScope, action } = this.question;
    await this.action.run(
      async () => {
        await action({
          advanceScope: (this.viewOnly() && viewOnlyScope) || scope,
          advanceUserIds: everybody ? null : people.map(({ id }) => id),
        });
        this.dialog.close(everybody ? 'everybody' : people);
      },
      (error) => this.whoIsGone(error, people),
    );
  }

  private whoIsGone({ problem }: ApiError, people: readonly Named[]): Words | null {
    const gone = people.filter((_, index) =>
      problem.errors.some(({ field }) => field === `advanceUserIds.${index}`),
    );
    if (gone.length === 0) return null;
    const values = { people: this.formats.list(gone.map(nameAndEmail)) };
    return { text: 'applications.advance.gone', values };
  }
}
