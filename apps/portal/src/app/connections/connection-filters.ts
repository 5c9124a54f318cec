import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { TeamUser, UsedClient } from '../api/types';
import { PersonPicker } from '../people/person-picker';
import { SessionStore } from '../session/session-store';
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
  imports: [PersonPicker, SearchField, TranslocoDirective],
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
  protected readonly sorts = computed(() => SORTS[this.filter().status]);

  protected choose(name: FilterChange['name'], event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.filterChange.emit({ name, value: value || null });
  }
}
