import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import tune from '@material-symbols/svg-400/rounded/tune.svg';
import { TeamUser, UsedClient } from '../api/types';
import { PersonPicker } from '../people/person-picker';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { SearchField } from '../ui/search-field';
import { ConnectionFilter, LISTED_HEALTHS, SORTS } from './connection-filter';

export interface FilterChange {
  name: 'q' | 'app' | 'health' | 'sort';
  value: string | null;
}

/** Search, filters and order of the connections that are listed. */
@Component({
  selector: 'fx-connection-filters',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, PersonPicker, SearchField, TranslocoDirective],
  templateUrl: './connection-filters.html',
  styleUrl: './connection-filters.scss',
})
export class ConnectionFilters {
  readonly filter = input.required<ConnectionFilter>();
  /** What is known of the chosen person. Empty: nobody is chosen. */
  readonly person = input.required<string>();
  readonly clients = input.required<readonly UsedClient[]>();
  readonly personPicked = output<TeamUser | null>();
  readonly filterChange = output<FilterChange>();

  protected readonly session = inject(SessionStore);
  protected readonly healths = Object.entries(LISTED_HEALTHS).map(([value, text]) => ({
    value,
    text,
  }));
  protected readonly icons = { tune };

  /** What a small phone folds away, so that the list is in sight: how much of it is in use. */
  protected readonly narrowing = computed(() => {
    const { userId, clientId, health } = this.filter();
    return [this.session.isAdmin() && userId, clientId, health].filter(Boolean).length;
  });
  /** null: the reader has not said. */
  protected readonly chosenOpen = signal<boolean | null>(null);
  protected readonly open = computed(() => this.chosenOpen() ?? this.narrowing() > 0);
  protected readonly sorts = computed(() => SORTS[this.filter().status]);

  protected choose(name: FilterChange['name'], event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.filterChange.emit({ name, value: value || null });
  }
}
