import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  Injector,
  input,
  viewChild,
} from '@angular/core';
import { Params, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import addIcon from '@material-symbols/svg-400/rounded/add.svg';
import approval from '@material-symbols/svg-400/rounded/approval.svg';
import apps from '@material-symbols/svg-400/rounded/app_registration.svg';
import searchIcon from '@material-symbols/svg-400/rounded/search.svg';
import { searchFrom } from '../api/address-words';
import { Formats } from '../i18n/formats';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { LoadMore } from '../ui/load-more';
import { PageState } from '../ui/page-state';
import { Publisher } from '../ui/publisher';
import { SearchField } from '../ui/search-field';
import { Waiting } from '../ui/waiting';
import { NoOperator } from './no-operator';
import { registryClients } from './registry-clients';
import { WaitingChanges } from './waiting-changes';

const STATES = [
  { value: '', text: 'registry.list.state.all' },
  { value: 'active', text: 'registry.list.state.active' },
  { value: 'disabled', text: 'registry.list.state.disabled' },
];
const SORTS = [
  { value: 'name', text: 'registry.list.sort.name' },
  { value: '-createdAt', text: 'registry.list.sort.newest' },
  { value: '-updatedAt', text: 'registry.list.sort.changed' },
];

/** For operators: every application that may be connected. */
@Component({
  selector: 'fx-registry-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ClientLogo,
    Icon,
    LoadError,
    LoadMore,
    NoOperator,
    PageState,
    Publisher,
    RouterLink,
    SearchField,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './registry-page.html',
  styleUrls: ['../ui/list-page.scss', './registry-page.scss'],
})
export class RegistryPage {
  protected readonly registry = registryClients();
  protected readonly waiting = inject(WaitingChanges);
  protected readonly formats = inject(Formats);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly searchField = viewChild(SearchField);

  readonly q = input<string>();
  readonly state = input<string>();
  readonly sort = input<string>();
  protected readonly search = computed(() => searchFrom(this.q()) ?? '');
  protected readonly states = STATES;
  protected readonly chosenState = computed(
    () => STATES.find(({ value }) => value === this.state())?.value ?? '',
  );
  protected readonly sorts = SORTS;
  protected readonly sorted = computed(
    () => SORTS.find(({ value }) => value === this.sort())?.value ?? 'name',
  );
  protected readonly filtered = computed(() => this.search() !== '' || this.chosenState() !== '');

  protected readonly icons = { addIcon, approval, apps, searchIcon };

  constructor() {
    this.waiting.reload();
    effect(() =>
      this.registry.query.set({
        q: this.search(),
        status: this.chosenState(),
        sort: this.sorted(),
      }),
    );
  }

  protected find(q: string): void {
    this.narrow({ q: q || null });
  }

  protected findAll(): void {
    this.narrow({ q: null, state: null });
    this.searchField()?.focus();
  }

  protected inState(event: Event): void {
    this.narrow({ state: (event.target as HTMLSelectElement).value || null });
  }

  protected sortBy(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.narrow({ sort: value === 'name' ? null : value });
  }

  protected async loadMore(): Promise<void> {
    const first = await this.registry.loadMore();
    if (!first) return;
    afterNextRender(
      () =>
        this.host.nativeElement
          .querySelector<HTMLElement>(`[data-client="${first.id}"] a`)
          ?.focus(),
      { injector: this.injector },
    );
  }

  /** For the way back to this list as it is, also after the page of an application was reloaded. */
  protected readonly listLeft = computed(() => ({
    list: { q: this.q(), state: this.state(), sort: this.sort() },
  }));

  /** What narrows the list is in the address, to be kept and sent. */
  private narrow(queryParams: Params): void {
    void this.router.navigate([], {
      queryParams,
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}
