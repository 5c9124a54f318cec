import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  computed,
  Component,
  DestroyRef,
  DOCUMENT,
  effect,
  inject,
  signal,
} from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ApiError, apiErrorFrom } from '../api/problem';
import { isSameData } from '../api/same-data';
import { AuthorizationRequest } from '../api/types';
import { SessionStore } from '../session/session-store';
import { GuestLayout } from '../ui/guest-layout';
import { LoadError } from '../ui/load-error';
import { PageFocus } from '../ui/page-focus';
import { Waiting } from '../ui/waiting';
import { Allowed, AuthorizationApi } from './authorization-api';
import { Consent, type Trouble } from './consent';
import { forgetChoices } from './kept-choices';
import { type AskTrouble, NotAllowed } from './not-allowed';
import { Outbound } from './outbound';
import { type Answer, Leaving } from './leaving';
import { RequestError } from './request-error';

type View =
  | { step: 'loading' }
  | { step: 'deciding'; request: AuthorizationRequest; trouble: Trouble | null; busy: boolean }
  | { step: 'forbidden'; request: AuthorizationRequest; trouble: AskTrouble | null; busy: boolean }
  | { step: 'leaving'; answer: Answer; request: AuthorizationRequest; address: string | null }
  | { step: 'refused'; error: ApiError; seenBefore: boolean }
  | { step: 'failed'; error: ApiError };

const LOOK_EVERY_MS = 10_000;

/** Codes with which the API refuses the request itself, as opposed to failing to answer. */
const REFUSALS = new Set([
  'unknown_client',
  'invalid_redirect_uri',
  'invalid_request',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'validation_failed',
  'malformed_request',
]);

/** The moment of decision: one request in, one answer out, nothing granted before the click. */
@Component({
  selector: 'fx-authorize-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Consent,
    GuestLayout,
    Leaving,
    LoadError,
    NotAllowed,
    RequestError,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './authorize-page.html',
  styleUrl: './authorize-page.scss',
})
export class AuthorizePage {
  private readonly api = inject(AuthorizationApi);
  private readonly outbound = inject(Outbound);
  private readonly router = inject(Router);
  private readonly session = inject(SessionStore);
  private readonly document = inject(DOCUMENT);

  /** As the third party wrote it; the API reads both spellings. */
  private readonly query = this.document.location.search;
  private readonly address = `/oauth/authorize${this.query}`;
  protected readonly view = signal<View>({ step: 'loading' });

  constructor() {
    void this.load(this.cameBack());
    this.watchReturns();
    this.keepFocus();
  }

  /** @param again the reader has come back, and decides for themselves this time */
  protected async load(again = false): Promise<void> {
    const before = this.view();
    try {
      const request = await this.api.read(this.query);
      if (request.grantedInAdvance && before.step === 'loading' && !again) {
        await this.goOn(request);
      } else {
        this.view.set(viewOf(request));
      }
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code === 'session_required') this.signIn();
      else this.view.set(refusalOrFailure(error, before.step === 'deciding'));
    }
  }

  /** An admin has answered already. Where that fails, the reader is asked. */
  private async goOn(request: AuthorizationRequest): Promise<void> {
    try {
      const { redirectTo } = await this.api.grantInAdvance(request);
      this.go(request, 'in-advance', redirectTo);
    } catch {
      this.view.set(viewOf(request));
    }
  }

  protected async allow(allowed: Allowed): Promise<void> {
    const view = this.view();
    if (view.step !== 'deciding' || view.busy) return;
    const { request } = view;
    this.view.set({ ...view, busy: true, trouble: null });
    try {
      const { redirectTo } = await this.api.grant(request, allowed);
      this.go(request, 'allowed', redirectTo);
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (REFUSALS.has(error.code)) {
        this.view.set({ step: 'refused', error, seenBefore: true });
      } else if (error.code === 'client_not_allowed') {
        await this.load();
      } else {
        this.view.set({ ...view, trouble: troubleOf(error) });
        if (error.code.endsWith('_changed')) await this.recheck();
      }
    }
  }

  protected deny(): void {
    const view = this.view();
    if (view.step === 'deciding' && !view.busy) {
      this.go(view.request, 'denied', view.request.denyRedirectTo);
    }
  }

  /** Back to the application without an answer of the company: what waits here is over then. */
  protected async turnBack(): Promise<void> {
    const view = this.view();
    if (view.step !== 'forbidden' || view.busy) return;
    this.view.set({ ...view, busy: true });
    const asked = view.request.refusal?.request;
    if (asked?.status === 'open') await this.api.giveUp(asked.id).catch(() => undefined);
    this.go(view.request, 'denied', view.request.denyRedirectTo);
  }

  protected ask(note: string): Promise<void> {
    return this.whileForbidden(() => this.api.ask(this.query, note));
  }

  protected withdraw(id: string): Promise<void> {
    return this.whileForbidden(() => this.api.withdraw(id));
  }

  /** What has been decided in the meantime is no failure: it is shown. */
  private async whileForbidden(work: () => Promise<void>): Promise<void> {
    const view = this.view();
    if (view.step !== 'forbidden' || view.busy) return;
    this.view.set({ ...view, busy: true, trouble: null });
    try {
      await work();
      await this.load();
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (REFUSALS.has(error.code) && error.code !== 'validation_failed') {
        this.view.set({ step: 'refused', error, seenBefore: true });
      } else if (['conflict', 'not_found', 'session_required'].includes(error.code)) {
        await this.load();
      } else {
        this.view.set({ ...view, busy: false, trouble: askTroubleOf(error) });
      }
    }
  }

  /** Signs out and back in, to this same request. */
  protected async switchUser(): Promise<void> {
    const view = this.view();
    if ((view.step !== 'deciding' && view.step !== 'forbidden') || view.busy) return;
    this.view.set({ ...view, busy: true });
    try {
      await this.session.signOut();
      this.signIn('switch');
    } catch {
      this.view.set({ ...view, busy: false, trouble: 'authorize.trouble.signOutFailed' } as View);
    }
  }

  protected signIn(reason?: 'expired' | 'switch'): void {
    this.session.forget();
    void this.router.navigate(['/sign-in'], {
      queryParams: { returnTo: this.address },
      state: { reason },
      replaceUrl: true,
    });
  }

  /** When the focused element goes with its step, the focus moves to the new heading. */
  private keepFocus(): void {
    const pageFocus = inject(PageFocus);
    const step = computed(() => this.view().step);
    // A page load leaves the focus where the browser has put it.
    let afterwards = this.router.lastSuccessfulNavigation() !== null;
    afterRenderEffect(() => {
      const lost = this.document.activeElement === this.document.body;
      if (step() !== 'loading' && lost && afterwards) pageFocus.focusHeading();
      if (step() !== 'loading') afterwards = true;
    });
  }

  private go(request: AuthorizationRequest, answer: Answer, address: string | null): void {
    forgetChoices();
    this.view.set({
      step: 'leaving',
      answer,
      request,
      address: this.outbound.safe(address),
    });
    if (address) this.outbound.to(address);
  }

  /** With the browser's back button: to go on at once would send the reader away again. */
  private cameBack(): boolean {
    const [entry] = this.document.defaultView?.performance.getEntriesByType?.('navigation') ?? [];
    const first = this.router.lastSuccessfulNavigation() === null;
    return first && (entry as PerformanceNavigationTiming | undefined)?.type === 'back_forward';
  }

  /**
   * A reader who comes back, with the browser's back button or from another tab, sees the current
   * state: the session may have ended, somebody else may have signed in, the application may be
   * gone.
   */
  private watchReturns(): void {
    const window = this.document.defaultView;
    const restored = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      this.view.set({ step: 'loading' });
      void this.load(true);
    };
    const shown = () => {
      if (this.document.visibilityState === 'visible') void this.recheck();
    };
    // The page has promised that an admin's answer appears here.
    const waits = computed(() => {
      const view = this.view();
      return view.step === 'forbidden' && view.request.refusal?.request?.status === 'open';
    });
    effect((onCleanup) => {
      if (!waits()) return;
      const timer = setInterval(shown, LOOK_EVERY_MS);
      onCleanup(() => clearInterval(timer));
    });
    window?.addEventListener('pageshow', restored);
    this.document.addEventListener('visibilitychange', shown);
    inject(DestroyRef).onDestroy(() => {
      window?.removeEventListener('pageshow', restored);
      this.document.removeEventListener('visibilitychange', shown);
    });
  }

  private async recheck(): Promise<void> {
    const before = this.view();
    if ((before.step !== 'deciding' && before.step !== 'forbidden') || before.busy) return;
    let next: View;
    try {
      const request = await this.api.read(this.query);
      const otherUser = request.user.id !== before.request.user.id;
      const trouble = otherUser
        ? 'authorize.trouble.otherUser'
        : isSameData(request, before.request)
          ? null
          : 'authorize.trouble.changed';
      next = sameStep(before, viewOf(request), trouble);
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (REFUSALS.has(error.code)) next = { step: 'refused', error, seenBefore: true };
      else if (error.code !== 'session_required') return;
      else if (before.step === 'deciding')
        next = { ...before, trouble: 'authorize.trouble.sessionEnded' };
      else return this.signIn('expired');
    }
    // A click in the meantime takes precedence.
    if (this.view() === before) this.view.set(next);
  }
}

function viewOf(request: AuthorizationRequest): View {
  return {
    step: request.refusal ? 'forbidden' : 'deciding',
    request,
    trouble: null,
    busy: false,
  };
}

/** What has changed is worth a word only on the page that asks for a decision. */
function sameStep(before: View, next: View, trouble: Trouble | null): View {
  return before.step === 'deciding' && next.step === 'deciding' ? { ...next, trouble } : next;
}

function refusalOrFailure(error: ApiError, seenBefore: boolean): View {
  return REFUSALS.has(error.code)
    ? { step: 'refused', error, seenBefore }
    : { step: 'failed', error };
}

function askTroubleOf(error: ApiError): AskTrouble {
  if (error.code === 'validation_failed') return 'authorize.refused.trouble.note';
  if (error.code === 'too_many_attempts') return 'authorize.refused.trouble.tooMany';
  return error.unreachable ? 'trouble.unreachable' : 'trouble.failed';
}

/** What has changed, and for whom, is found out by looking again. */
function troubleOf({ code, unreachable }: ApiError): Trouble {
  if (code === 'session_required') return 'authorize.trouble.sessionEnded';
  if (code.endsWith('_changed')) return 'authorize.trouble.changed';
  return unreachable ? 'authorize.trouble.unreachable' : 'authorize.trouble.failed';
}
