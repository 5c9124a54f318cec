import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import cloudOff from '@material-symbols/svg-400/rounded/cloud_off.svg';
import error from '@material-symbols/svg-400/rounded/error.svg';
import { apiErrorFrom } from '../api/problem';
import { Connectivity } from './connectivity';
import { PageState } from './page-state';

interface Words {
  icon: string;
  heading: string;
  text: string;
  retry: boolean;
}

const OFFLINE: Words = {
  icon: cloudOff,
  heading: 'errors.offline.title',
  text: 'errors.offline.text',
  retry: true,
};
const BY_CODE: Record<string, Words> = {
  unreachable: {
    icon: cloudOff,
    heading: 'errors.unreachable.title',
    text: 'errors.unreachable.text',
    retry: true,
  },
  service_unavailable: {
    icon: cloudOff,
    heading: 'errors.unavailable.title',
    text: 'errors.unavailable.text',
    retry: true,
  },
  forbidden: {
    icon: error,
    heading: 'errors.forbidden.title',
    text: 'errors.forbidden.text',
    retry: false,
  },
  too_many_attempts: {
    icon: error,
    heading: 'errors.tooMany.title',
    text: 'errors.tooMany.text',
    retry: true,
  },
};
const OTHER: Words = {
  icon: error,
  heading: 'errors.other.title',
  text: 'errors.other.text',
  retry: true,
};

/** What went wrong while loading, in words, with another try where that can help. */
@Component({
  selector: 'fx-load-error',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PageState, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <fx-page-state
        role="alert"
        [icon]="words().icon"
        [heading]="t(words().heading)"
        [level]="level()"
      >
        <p>{{ t(words().text) }}</p>
        @if (requestId(); as id) {
          <p class="fx-small">
            {{ t('errors.reference') }} <span class="reference">{{ id }}</span>
          </p>
        }
        <div actions>
          @if (words().retry) {
            <button type="button" class="fx-button fx-button--secondary" (click)="retry.emit()">
              {{ t('actions.retry') }}
            </button>
          }
        </div>
      </fx-page-state>
    </ng-container>
  `,
  styles: `
    .reference {
      display: block;
    }
  `,
})
export class LoadError {
  readonly error = input.required<unknown>();
  readonly level = input<1 | 2>(2);
  readonly retry = output();

  private readonly connectivity = inject(Connectivity);
  private readonly apiError = computed(() => apiErrorFrom(this.error()));
  protected readonly words = computed<Words>(() => {
    const code = this.apiError().code;
    if (code === 'unreachable' && !this.connectivity.online()) return OFFLINE;
    return BY_CODE[code] ?? OTHER;
  });
  protected readonly requestId = computed(() => this.apiError().problem.requestId);

  constructor() {
    // A reader who comes back online need not press the button.
    let wasOffline = false;
    effect(() => {
      const online = this.connectivity.online();
      if (online && wasOffline) this.retry.emit();
      wasOffline = !online;
    });
  }
}
