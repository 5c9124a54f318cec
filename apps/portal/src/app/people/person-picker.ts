import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import {
  MatAutocomplete,
  MatAutocompleteSelectedEvent,
  MatAutocompleteTrigger,
  MatOption,
} from '@angular/material/autocomplete';
import { TranslocoDirective } from '@jsverse/transloco';
import { searchFrom } from '../api/address-words';
import { apiResource, keptValue } from '../api/api-resource';
import { CountedEnvelope, TeamUser } from '../api/types';
import { Formats } from '../i18n/formats';
import { fullName } from './full-name';

/** How long typing has to pause: each search is a request. */
const PAUSE_MS = 300;
/** As many as anybody looks through; whoever is not among them is found by typing. */
const SHOWN = 20;

/** What the people of an account are called by. */
export type Named = Pick<TeamUser, 'id' | 'firstName' | 'lastName' | 'email'>;

/** For admins: finds one of the account's people while the reader types. */
@Component({
  selector: 'fx-person-picker',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MatAutocomplete, MatAutocompleteTrigger, MatOption, TranslocoDirective],
  templateUrl: './person-picker.html',
  styleUrl: './person-picker.scss',
})
export class PersonPicker {
  readonly label = input.required<string>();
  readonly fieldId = input('');
  readonly placeholder = input('');
  /** What the field says about the present choice. Empty: there is none. */
  readonly chosen = input('');
  /** A choice of its own: nobody in particular. */
  readonly everyone = input('');
  /** Ids of those who have been chosen already, one after the other: the field then stays empty. */
  readonly taken = input<ReadonlySet<string>>();
  /** Whoever is disabled is shown, and cannot be chosen. */
  readonly onlyActive = input(false);
  readonly picked = output<TeamUser | null>();

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private readonly trigger = viewChild.required(MatAutocompleteTrigger);
  protected readonly formats = inject(Formats);

  protected readonly text = linkedSignal(() => this.chosen());
  /** What is being looked for; null until somebody looks. */
  protected readonly term = signal<string | null>(null);
  private pause: ReturnType<typeof setTimeout> | undefined;
  protected readonly open = signal(false);

  // Asks again when the term changes, and drops what has been asked before.
  private readonly answer = apiResource<CountedEnvelope<TeamUser>>(() => {
    const term = this.term();
    if (term === null) return undefined;
    const query = new URLSearchParams({ sort: 'name', limit: String(SHOWN) });
    const q = searchFrom(term);
    if (q) query.set('q', q);
    return `/user/v7/users?${query}`;
  });
  protected readonly failed = computed(() => this.answer.status() === 'error');
  /** While the next answer is on its way, the last one stays. */
  protected readonly found = keptValue(this.answer);
  protected readonly more = computed(() => {
    const found = this.found();
    return found ? found.meta.total - found.resources.length : 0;
  });

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.pause));
  }

  focus(): void {
    this.field().nativeElement.focus();
  }

  /** Once more the whole list, where a click or a key has opened it without a new word. */
  protected opened(): void {
    this.open.set(true);
    if (this.field().nativeElement.value === this.text()) this.look('');
  }

  /** The whole list; typing replaces the name that the field shows. */
  protected begin(): void {
    this.field().nativeElement.select();
    this.look('');
  }

  protected typed(): void {
    clearTimeout(this.pause);
    const { value } = this.field().nativeElement;
    if (value === '' && this.text() !== '') this.pick(null);
    this.pause = setTimeout(() => this.look(value.trim()), PAUSE_MS);
  }

  /** Takes the only one who is found. */
  protected enter(event: Event): void {
    if (event.defaultPrevented || this.trigger().activeOption) return;
    event.preventDefault();
    const value = this.field().nativeElement.value.trim();
    if (value === this.text()) return;
    if (value !== this.term() || this.answer.isLoading()) return this.look(value);
    const [only, other] = this.found()?.resources ?? [];
    if (!only || other || !this.canPick(only)) return;
    this.pick(only);
    this.trigger().closePanel();
  }

  protected choose({ option }: MatAutocompleteSelectedEvent): void {
    const person = option.value as TeamUser | null;
    // The list may stay as it is, and nobody in it is to look chosen.
    option.deselect(false);
    this.pick(person);
  }

  /** What has been typed and not chosen means nothing. */
  protected closed(): void {
    clearTimeout(this.pause);
    this.open.set(false);
    this.field().nativeElement.value = this.text();
  }

  protected canPick({ id, status }: TeamUser): boolean {
    return !this.taken()?.has(id) && !(this.onlyActive() && status === 'disabled');
  }

  protected readonly nameOf = fullName;

  private pick(person: TeamUser | null): void {
    if (!this.taken()) this.text.set(this.nameOf(person));
    this.picked.emit(person);
  }

  private look(term: string): void {
    clearTimeout(this.pause);
    if (this.term() === term && this.failed()) this.answer.reload();
    else this.term.set(term);
  }
}
