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
import searchIcon from '@material-symbols/svg-400/rounded/search.svg';
import { searchFrom } from '../api/address-words';
import { CompanyDetails } from '../api/types';
import { Formats } from '../i18n/formats';
import { NoOperator } from '../registry/no-operator';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { LoadMore } from '../ui/load-more';
import { PageState } from '../ui/page-state';
import { SearchField } from '../ui/search-field';
import { Waiting } from '../ui/waiting';
import { companiesList } from './companies-list';
import { connectionsInWords, peopleInWords } from './company-words';

const STATES = [
  { value: '', text: 'companies.list.state.all' },
  { value: 'active', text: 'companies.list.state.active' },
  { value: 'closed', text: 'companies.list.state.closed' },
];

/** For operators: every company that uses Flixcheck. */
@Component({
  selector: 'fx-companies-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Icon,
    LoadError,
    LoadMore,
    NoOperator,
    PageState,
    RouterLink,
    SearchField,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './companies-page.html',
  styleUrls: ['../ui/list-page.scss', './companies-page.scss'],
})
export class CompaniesPage {
  protected readonly list = companiesList();
  protected readonly formats = inject(Formats);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly searchField = viewChild(SearchField);

  readonly q = input<string>();
  readonly state = input<string>();
  protected readonly search = computed(() => searchFrom(this.q()) ?? '');
  protected readonly states = STATES;
  protected readonly chosenState = computed(
    () => STATES.find(({ value }) => value === this.state())?.value ?? '',
  );
  protected readonly filtered = computed(() => this.search() !== '' || this.chosenState() !== '');
  protected readonly icons = { addIcon, searchIcon };

  constructor() {
    effect(() => this.list.query.set({ q: this.search(), status: this.chosenState() }));
  }

  protected facts(company: CompanyDetails) {
    return [peopleInWords(company, this.formats), connectionsInWords(company, this.formats)];
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

  protected async loadMore(): Promise<void> {
    const first = await this.list.loadMore();
    if (!first) return;
    afterNextRender(
      () =>
        this.host.nativeElement
          .querySelector<HTMLElement>(`[data-company="${first.id}"] a`)
          ?.focus(),
      { injector: this.injector },
    );
  }

  /** What narrows the list is in the address, to be kept and sent. */
  private narrow(queryParams: Params): void {
    void this.router.navigate([], {
      queryParams,
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}
