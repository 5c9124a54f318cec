import { computed, inject, Injectable, signal } from '@angular/core';
import { Api } from '../api/api';
import { DeveloperClient, ListEnvelope, OAuthRequest } from '../api/types';
import { DEVELOPER_CLIENTS } from '../developer/developer-clients';
import { secretsOf } from './answers';
import { Answer, RequestDescription, send } from './request-description';

/** One request and what came back. */
export interface Exchange {
  request: RequestDescription;
  /** Null while it is on its way, and where none came. */
  answer: Answer | null;
  failed: boolean;
  /** What the request log says of a failure; null where it says nothing. */
  logged: OAuthRequest | null;
}

export type StepName = 'authorize' | 'exchange' | 'call' | 'refresh' | 'revoke';
/** Where exchanges are shown: at their step, or at the mistake that was made on purpose. */
type Place = StepName | 'mistake';

const NOTHING: Readonly<Record<Place, readonly Exchange[]>> = {
  authorize: [],
  exchange: [],
  call: [],
  refresh: [],
  revoke: [],
  mistake: [],
};

/** Endpoints whose failures the request log keeps. */
const LOGGED = /^\/(guest\/v7\/oauth-tokens|user\/v7\/oauth-(codes|authorization-request))/;
/** What is hidden keeps so much of its beginning that one can be told from another. */
const SHOWN_OF_SECRET = 6;

/** What one client has sent in a run, what came back, and how much of it is shown. */
@Injectable()
export class Exchanges {
  private readonly api = inject(Api);

  /** Whose request log tells of failures. */
  readonly client = signal<DeveloperClient | null>(null);
  /** Of the client, as it is typed. */
  readonly secret = signal('');
  /** Whether secrets are shown. */
  readonly open = signal(false);

  /** Counts the runs: an answer that comes after its own is nobody's. */
  readonly number = signal(0);
  readonly shown = signal(NOTHING);
  readonly busy = signal<Place | null>(null);
  /** What this run has drawn, taken or got. */
  private readonly seen = signal<readonly string[]>([]);
  private readonly hidden = computed(() =>
    [this.secret(), ...this.seen()].filter((value) => value.length > SHOWN_OF_SECRET),
  );

  /**
   * Nothing is shown any more, and nothing on its way will be.
   * @returns the number of the run that begins
   */
  again(): number {
    this.number.update((number) => number + 1);
    this.busy.set(null);
    this.shown.set(NOTHING);
    this.seen.set([]);
    return this.number();
  }

  clear(place: Place): void {
    this.shown.update((all) => ({ ...all, [place]: [] }));
  }

  /** The first request at its place: what was shown there before goes. */
  step(place: Place, request: RequestDescription): Promise<Answer | null> {
    this.clear(place);
    return this.record(place, request);
  }

  /**
   * Sends a request and shows it with its answer.
   * @returns the answer; null where none came, or not before the next run
   */
  async record(place: Place, request: RequestDescription): Promise<Answer | null> {
    const run = this.number();
    const sent: Exchange = { request, answer: null, failed: false, logged: null };
    const show = (change: (shown: readonly Exchange[]) => readonly Exchange[]) =>
      this.shown.update((all) => ({ ...all, [place]: change(all[place]) }));
    // What has been cleared meanwhile stays away.
    const settle = (result: Partial<Exchange>) =>
      show((shown) => shown.map((each) => (each === sent ? { ...sent, ...result } : each)));
    show((shown) => [...shown, sent]);
    this.busy.set(place);
    try {
      const answer = await send(request);
      if (run !== this.number()) return null;
      const logged = await this.loggedOf(request, answer);
      if (run !== this.number()) return null;
      this.hide(...secretsOf(answer));
      settle({ answer, logged });
      return answer;
    } catch {
      settle({ failed: true });
      return null;
    } finally {
      if (run === this.number()) this.busy.set(null);
    }
  }

  /** A text as it may be shown: whatever is secret keeps only its beginning, unless asked for. */
  masked(text: string): string {
    if (this.open()) return text;
    return this.hidden().reduce(
      (shown, secret) => shown.replaceAll(secret, `${secret.slice(0, SHOWN_OF_SECRET)}••••`),
      text,
    );
  }

  /** Hides secrets that this run shows from now on, until the next one begins. */
  hide(...values: string[]): void {
    this.seen.update((seen) => [...seen, ...values]);
  }

  /** Failures are in the log before they are answered. */
  private async loggedOf(
    request: RequestDescription,
    answer: Answer,
  ): Promise<OAuthRequest | null> {
    const id = answer.headers.find(([name]) => name === 'X-Request-Id')?.[1];
    const client = this.client();
    if (answer.status < 400 || !id || !client) return null;
    if (!LOGGED.test(new URL(request.url).pathname)) return null;
    try {
      const { resources } = await this.api.get<ListEnvelope<OAuthRequest>>(
        `${DEVELOPER_CLIENTS}/${client.id}/requests?requestId=${id}`,
      );
      return resources[0] ?? null;
    } catch {
      // The answer stands for itself.
      return null;
    }
  }
}
