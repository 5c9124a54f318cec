import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { TeamUser, UsedClient } from '../api/types';
import { SessionStore } from '../session/session-store';
import { SearchField } from '../ui/search-field';
import { ConnectionFilter, LISTED_HEALTHS, SORTS } from './connection-filter';
import { fullName } from './connection-texts';

export interface FilterChange {
  name: 'q' | 'person' | 'app' | 'health' | 'sort';
  value: string | null;
}

/** Search, filters and order of the connections that are listed. */
@Component({
  selector: 'fx-connection-filters',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [SearchField, TranslocoDirective],
  templateUrl: './connection-filters.html',
  styleUrl: './connection-filters.scss',
})
export class ConnectionFilters {
  readonly filter = input.required<ConnectionFilter>();
  readonly people = input.required<readonly TeamUser[]>();
  readonly clients = input.required<readonly UsedClient[]>();
  readonly filterChange = output<FilterChange>();

  protected readonly session = inject(SessionStore);
  protected readonly healths = Object.entries(LISTED_HEALTHS).map(([value, text]) => ({
    value,
    text,
  }));
  protected readonly sorts = computed(() => SORTS[this.filter().status]);
  protected readonly fullName = fullName;

  protected choose(name: FilterChange['name'], event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.filterChange.emit({ name, value: value || null });
  }
}
