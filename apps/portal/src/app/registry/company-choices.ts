import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  model,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MAX_COMPANIES } from '@flixcheck/api-types/limits';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { searchFrom } from '../api/address-words';
import { apiResource, keptValue } from '../api/api-resource';
import { Company, CountedEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { come } from '../ui/come';
import { Icon } from '../ui/icon';
import { Picks } from '../ui/picks';
import { SearchField } from '../ui/search-field';

/** As many as anybody looks through; another one is found by typing. */
const SHOWN = 8;

/** The companies that a client is meant for: found by name, ticked, and named above the search. */
@Component({
  selector: 'fx-company-choices',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Picks, SearchField, TranslocoDirective],
  templateUrl: './company-choices.html',
  styleUrl: './company-choices.scss',
})
export class CompanyChoices {
  /** Their ids. */
  readonly chosen = model.required<readonly string[]>();
  /** Those whose names the registry has said. */
  readonly named = input<readonly Company[]>([]);
  /** The key of what is wrong. */
  readonly error = input<string | null>(null);

  protected readonly formats = inject(Formats);
  protected readonly search = viewChild.required(SearchField);

  protected readonly term = signal('');
  private readonly answer = apiResource<CountedEnvelope<Company>>(() => {
    const query = new URLSearchParams({ limit: String(SHOWN) });
    const q = searchFrom(this.term());
    if (q) query.set('q', q);
    return `/admin/v7/accounts?${query}`;
  });
  protected readonly failed = computed(() => this.answer.status() === 'error');
  /** While the next answer is on its way, the last one stays. */
  protected readonly found = keptValue(this.answer);
  readonly come = come(() => !!this.found() || this.failed());
  protected readonly more = computed(() => {
    const found = this.found();
    return found ? found.meta.total - found.resources.length : 0;
  });
  private readonly names = signal<ReadonlyMap<string, string>>(new Map());
  protected readonly companies = computed(() =>
    this.chosen()
      .map((id) => ({ id, name: this.names().get(id) ?? id }))
      .sort((one, other) => one.name.localeCompare(other.name, this.formats.language())),
  );
  protected readonly full = computed(() => this.chosen().length >= MAX_COMPANIES);
  protected readonly most = MAX_COMPANIES;
  protected readonly icons = { errorIcon };

  constructor() {
    effect(() => {
      const seen = [...this.named(), ...(this.found()?.resources ?? [])];
      const names = untracked(this.names);
      this.names.set(new Map([...names, ...seen.map(({ id, name }) => [id, name] as const)]));
    });
  }

  protected retry(): void {
    this.answer.reload();
  }

  protected toggle(id: string, on: boolean): void {
    this.chosen.update((chosen) => [
      ...chosen.filter((other) => other !== id),
      ...(on ? [id] : []),
    ]);
  }
}
