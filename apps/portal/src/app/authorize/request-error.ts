import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DOCUMENT,
  effect,
  inject,
  input,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import error from '@material-symbols/svg-400/rounded/error.svg';
import { ApiError } from '../api/problem';
import { Formats } from '../i18n/formats';
import { PageState } from '../ui/page-state';
import { Outbound } from './outbound';
import { isOnThisDevice } from './on-this-device';

interface Words {
  title: string;
  text: string;
}

const OTHER: Words = {
  title: 'authorize.error.invalidRequest.title',
  text: 'authorize.error.invalidRequest.text',
};

const BY_CODE: Record<string, Words> = {
  unknown_client: {
    title: 'authorize.error.unknownClient.title',
    text: 'authorize.error.unknownClient.text',
  },
  invalid_redirect_uri: {
    title: 'authorize.error.redirectUri.title',
    text: 'authorize.error.redirectUri.text',
  },
  unsupported_response_type: {
    title: 'authorize.error.responseType.title',
    text: 'authorize.error.responseType.text',
  },
  invalid_scope: { title: 'authorize.error.scope.title', text: 'authorize.error.scope.text' },
  invalid_target: { title: 'authorize.error.target.title', text: 'authorize.error.target.text' },
};

/** Long enough to read the page; it can be stopped (WCAG 2.2, 2.2.1). */
const RETURN_AFTER_SECONDS = 12;

/** Why a request cannot be decided on, and the way back where the error may be sent to the client. */
@Component({
  selector: 'fx-request-error',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PageState, TranslocoDirective],
  templateUrl: './request-error.html',
  styleUrl: './request-error.scss',
})
export class RequestError {
  readonly error = input.required<ApiError>();
  /** The same request was fine when the page was opened. */
  readonly seenBefore = input(false);

  protected readonly formats = inject(Formats);
  private readonly outbound = inject(Outbound);
  private readonly namesRedirectUri = /[?&]redirect(U|_u)ri=/.test(
    inject(DOCUMENT).location.search,
  );

  protected readonly icon = error;
  protected readonly problem = computed(() => this.error().problem);
  protected readonly words = computed<Words>(() => {
    const { code } = this.problem();
    if (this.seenBefore() && code === 'unknown_client') {
      return { title: 'authorize.error.disabled.title', text: 'authorize.error.disabled.text' };
    }
    // An address that was left out deceives nobody.
    if (code === 'invalid_redirect_uri' && !this.namesRedirectUri) return OTHER;
    return BY_CODE[code] ?? OTHER;
  });
  protected readonly address = computed(() => this.outbound.safe(this.problem().redirectTo));
  protected readonly host = computed(() => {
    const address = this.address();
    return address ? new URL(address).host : '';
  });
  protected readonly onThisDevice = computed(() => isOnThisDevice(this.address() ?? ''));
  protected readonly remaining = signal<number | null>(null);

  constructor() {
    effect((onCleanup) => {
      const address = this.address();
      if (!address) return;
      this.remaining.set(RETURN_AFTER_SECONDS);
      const timer = setInterval(() => {
        const remaining = this.remaining();
        if (remaining === null) return;
        this.remaining.set(remaining > 1 ? remaining - 1 : null);
        if (remaining <= 1) this.outbound.to(address);
      }, 1000);
      onCleanup(() => clearInterval(timer));
    });
  }

  protected stay(): void {
    this.remaining.set(null);
  }
}
