import { computed, inject, Injectable, linkedSignal, signal } from '@angular/core';
import { Api } from '../api/api';
import { DeveloperClient, ListEnvelope, OAuthRequest } from '../api/types';
import { DEVELOPER_CLIENTS } from '../developer/developer-clients';
import { KnownScopes } from '../scopes/known-scopes';
import { askFor } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { CALLBACK_PATH } from './callback';
import { newProof, Proof, randomText } from './pkce';
import { Answer, RequestDescription, send, Tokens } from './request-description';
import { MistakeName } from './mistake-names';
import { MISTAKES } from './mistakes';
import * as requests from './requests';
import { readReturned, Returned } from './returned';
import type { SampleLanguage } from './samples/samples';

/** What a link to the authorize page asks for, and what the exchange of its code has to repeat. */
type Asked = Pick<requests.RunContext, 'redirectUri' | 'scope'>;

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

/**
 * One walk through the flow. Everything is in memory and goes with the page: nothing of it is stored
 * or put into an address.
 */
@Injectable()
export class TryItRun {
  private readonly api = inject(Api);
  private readonly knownScopes = inject(KnownScopes);
  private readonly session = inject(SessionStore);

  readonly client = signal<DeveloperClient | null>(null);
  readonly secret = signal('');
  readonly redirectUri = signal('');
  readonly scopes = computed(() => {
    const scopes = this.client()?.scopes ?? [];
    return [...new Set([askFor(scopes, this.knownScopes.table()), ...scopes])];
  });
  readonly scope = linkedSignal<string>(() => this.scopes()[0] ?? '');
  readonly language = signal<SampleLanguage>('curl');
  /** Whether secrets are shown. */
  readonly open = signal(false);

  /** Counts the walks: an answer that comes after its own is nobody's. */
  readonly number = signal(0);
  /** Of the link to the authorize page; null until they have been drawn. */
  readonly proof = signal<Proof | null>(null);
  /** Browsers hash nothing in pages that came without TLS from another machine. */
  readonly insecure = signal(false);
  /** What the earlier links of this run asked for, by their state. */
  private readonly earlier = new Map<string, Asked>();
  readonly returned = signal<Returned | null>(null);
  /** The code at hand, with what the link that it answers asked for. */
  private readonly issued = signal<(Asked & { code: string }) | null>(null);
  readonly tokens = signal<Tokens | null>(null);
  readonly exchanges = signal(NOTHING);
  readonly busy = signal<Place | null>(null);
  private readonly seen = signal<readonly string[]>([]);

  /** Of the client's scopes, one that changes nothing. */
  readonly readOnlyScope = computed(
    () =>
      this.knownScopes
        .table()
        .find(({ scope, viewOnly }) => viewOnly && this.client()?.scopes.includes(scope as never))
        ?.scope,
  );
  readonly code = computed(() => this.issued()?.code ?? null);
  /** The developer has allowed access and not ended it since, in this run or an earlier one. */
  readonly granted = signal(false);
  readonly context = computed<requests.RunContext>(() => ({
    origin: location.origin,
    client: this.client() ?? { clientId: '', kind: 'public' },
    userId: this.session.user()?.id ?? null,
    secret: this.secret(),
    redirectUri: this.redirectUri(),
    scope: this.scope(),
  }));
  readonly link = computed(() => {
    const proof = this.proof();
    const context = this.context();
    if (!proof) return null;
    return requests.authorizeLink(context, requests.authorizationQuery(context, proof));
  });
  /** A text key for why there is no link; null where there is one. */
  readonly unready = computed(() => {
    if (this.link()) return null;
    return this.insecure() ? 'try.authorize.insecure' : 'try.preparing';
  });
  readonly callback = `${location.origin}${CALLBACK_PATH}`;
  /** The code comes back by itself. */
  readonly returnsHere = computed(() => this.redirectUri() === this.callback);
  /** What need not be done again: the code works once, and ended tokens stay ended. */
  readonly done = computed(() => {
    const { exchange, revoke } = this.exchanges();
    const [ended, refused] = revoke;
    return {
      exchange: exchange.at(-1)?.answer?.status === 200,
      revoke: ended?.answer?.status === 200 && refused?.answer?.status === 401,
    };
  });
  /** The client identifies itself with a secret that nobody has typed. */
  readonly needsSecret = computed(() => this.client()?.kind === 'confidential' && !this.secret());
  /** A text key for what has to be done before each step; null where nothing has. */
  readonly missing = computed<Readonly<Record<StepName, string | null>>>(() => {
    const code = this.code() ? null : 'try.exchange.noCode';
    const tokens = this.tokens() ? null : 'try.noTokens';
    const secret = this.needsSecret() ? 'try.noSecret' : null;
    const done = this.done();
    return {
      authorize: this.unready(),
      exchange: code ?? secret ?? (done.exchange ? 'try.exchange.done' : null),
      call: tokens,
      refresh: tokens ?? secret,
      revoke: done.revoke ? 'try.revoke.done' : (tokens ?? secret),
    };
  });
  private readonly hidden = computed(() =>
    [this.secret(), this.proof()?.verifier, this.code(), ...this.seen()]
      .filter((value): value is string => typeof value === 'string')
      .filter((value) => value.length > SHOWN_OF_SECRET),
  );

  begin(client: DeveloperClient): void {
    if (client.id !== this.client()?.id) {
      this.secret.set('');
      this.granted.set(false);
      this.seen.set([]);
    }
    this.client.set(client);
    const own = client.redirectUris.find((uri) => uri === this.callback);
    this.redirectUri.set(own ?? client.redirectUris[0] ?? '');
    void this.again();
  }

  /** Everything anew but the secret, which stays typed, and `granted`: the consent outlives a run. */
  async again(): Promise<void> {
    const run = this.number() + 1;
    this.number.set(run);
    this.busy.set(null);
    this.exchanges.set(NOTHING);
    this.returned.set(null);
    this.issued.set(null);
    this.tokens.set(null);
    this.proof.set(null);
    this.earlier.clear();
    try {
      const proof = await newProof();
      if (run === this.number()) this.proof.set(proof);
    } catch {
      this.insecure.set(true);
    }
  }

  /** Nothing secret stays in a page that the browser may show again. */
  forget(): void {
    this.secret.set('');
    void this.again();
    this.seen.set([]);
  }

  /** Another link: its state is new, so that its answer is told from those of earlier ones. */
  ask(change: Partial<Asked>): void {
    const proof = this.proof();
    if (proof) {
      this.earlier.set(proof.state, { redirectUri: this.redirectUri(), scope: this.scope() });
      this.proof.set({ ...proof, state: randomText() });
    }
    if (change.redirectUri !== undefined) this.redirectUri.set(change.redirectUri);
    if (change.scope !== undefined) this.scope.set(change.scope);
  }

  /** Whether a link of this run has this state. */
  knows(state: string | null): state is string {
    return state !== null && (state === this.proof()?.state || this.earlier.has(state));
  }

  /**
   * Takes over what came back. A code that is there already stays until another one comes.
   * @returns false where it is no code for a link of this run
   */
  take(text: string): boolean {
    const returned = readReturned(text, (state) => this.knows(state));
    this.returned.set(returned);
    if (returned.kind !== 'code') return false;
    const now = { redirectUri: this.redirectUri(), scope: this.scope() };
    const asked = (returned.state !== null && this.earlier.get(returned.state)) || now;
    this.issued.set({ ...asked, code: returned.code });
    this.granted.set(true);
    this.clear('exchange');
    return true;
  }

  /** Allows access without the page, as a caller with a session may. */
  async issueCode(): Promise<void> {
    const proof = this.proof();
    if (!proof) return;
    const answer = await this.step('authorize', requests.issueCode(this.context(), proof));
    const resource = jsonOf(answer)?.['resource'] as Record<string, string> | undefined;
    if (answer?.status === 201 && resource?.['code']) {
      // By its state it is known what was asked for, whatever has been chosen meanwhile.
      const { state } = proof;
      this.take(`?${new URLSearchParams({ code: resource['code'], state })}`);
    }
  }

  async exchange(): Promise<void> {
    const issued = this.issued();
    const verifier = this.proof()?.verifier;
    if (!issued || verifier === undefined) return;
    const { code, ...asked } = issued;
    const request = requests.exchange({ ...this.context(), ...asked }, { code, verifier });
    const answer = await this.step('exchange', request);
    this.keep(answer);
    // What was done with earlier tokens says nothing of these.
    if (tokensOf(answer))
      for (const place of ['call', 'refresh', 'revoke'] as const) this.clear(place);
  }

  async call(): Promise<void> {
    const tokens = this.tokens();
    if (tokens) await this.step('call', requests.firstCall(this.context(), tokens.accessToken));
  }

  async refresh(): Promise<void> {
    const tokens = this.tokens();
    if (!tokens) return;
    const request = requests.refresh(this.context(), tokens.refreshToken);
    this.keep(await this.step('refresh', request));
  }

  /** Ends the grant, and shows that its access token is refused from that moment. */
  async revoke(): Promise<void> {
    const tokens = this.tokens();
    if (!tokens) return;
    const request = requests.revoke(this.context(), requests.refreshToken(tokens.refreshToken));
    const answer = await this.step('revoke', request);
    if (answer?.status !== 200) return;
    this.granted.set(false);
    await this.record('revoke', requests.firstCall(this.context(), tokens.accessToken));
  }

  /** The first request at its place: what was shown there before goes. */
  private step(place: Place, request: RequestDescription): Promise<Answer | null> {
    this.clear(place);
    return this.record(place, request);
  }

  /**
   * Makes a mistake on purpose, with code and tokens of its own.
   * @param wait how long it has to wait, and until when the reader does
   */
  async provoke(name: MistakeName, wait: (seconds: number) => Promise<void>): Promise<void> {
    this.clear('mistake');
    const context = this.context();
    const run = this.number();
    const send = async (request: RequestDescription) => {
      // It may have waited for longer than its run has lasted.
      const answer = run === this.number() ? await this.record('mistake', request) : null;
      if (!answer) throw new Stopped();
      return answer;
    };
    const proof = async () => {
      const drawn = await newProof();
      this.hide(drawn.verifier);
      return drawn;
    };
    const newCode = async () => {
      const drawn = await proof();
      const answer = await send(requests.issueCode(context, drawn));
      const resource = jsonOf(answer)?.['resource'] as { code?: string } | undefined;
      if (!resource?.code) throw new Stopped();
      return { code: resource.code, verifier: drawn.verifier };
    };
    const tokensFrom = async (request: RequestDescription) => {
      const answer = await send(request);
      const tokens = tokensOf(answer);
      if (!tokens) throw new Stopped();
      return { ...tokens, scope: String(jsonOf(answer)?.['scope']) };
    };
    const readOnlyScope = this.readOnlyScope();
    const tools = { context, readOnlyScope, proof, send, newCode, tokensFrom, wait };
    try {
      await MISTAKES[name].make(tools);
    } catch (cause) {
      // The last answer says why it went no further.
      if (!(cause instanceof Stopped)) throw cause;
    }
  }

  clear(place: Place): void {
    this.exchanges.update((all) => ({ ...all, [place]: [] }));
  }

  /**
   * Sends a request and shows it with its answer.
   * @returns the answer; null where none came, or not before the next run
   */
  async record(place: Place, request: RequestDescription): Promise<Answer | null> {
    const run = this.number();
    const sent: Exchange = { request, answer: null, failed: false, logged: null };
    const show = (change: (shown: readonly Exchange[]) => readonly Exchange[]) =>
      this.exchanges.update((all) => ({ ...all, [place]: change(all[place]) }));
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
      this.remember(answer);
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

  /** Hides a secret that is in no answer. */
  hide(value: string): void {
    this.seen.update((seen) => [...seen, value]);
  }

  private keep(answer: Answer | null): void {
    const tokens = tokensOf(answer);
    if (tokens) this.tokens.set(tokens);
  }

  private remember(answer: Answer): void {
    const body = jsonOf(answer);
    const resource = body?.['resource'] as Record<string, unknown> | undefined;
    for (const value of [body?.['access_token'], body?.['refresh_token'], resource?.['code']]) {
      if (typeof value === 'string') this.hide(value);
    }
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

/** A mistake that needed another answer before it could be made. */
export class Stopped extends Error {}

/** Of the token endpoint; null for anything else. */
export function tokensOf(answer: Answer | null): Tokens | null {
  const body = answer?.status === 200 ? jsonOf(answer) : null;
  const accessToken = body?.['access_token'];
  const refreshToken = body?.['refresh_token'];
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return null;
  return { accessToken, refreshToken };
}

export function jsonOf(answer: Answer | null): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(answer?.body ?? '');
    return typeof body === 'object' ? (body as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
