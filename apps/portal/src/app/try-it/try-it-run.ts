import { computed, inject, Injectable, linkedSignal, signal } from '@angular/core';
import { DeveloperClient } from '../api/types';
import { KnownScopes } from '../scopes/known-scopes';
import { askFor } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { codeOf, tokensOf } from './answers';
import { CALLBACK_PATH } from './callback';
import { Exchanges, StepName } from './exchanges';
import { newProof, Proof, randomText } from './pkce';
import { Answer, Tokens } from './request-description';
import * as requests from './requests';
import { readReturned, Returned } from './returned';
import type { SampleLanguage } from './samples/samples';

/** What a link to the authorize page asks for, and what the exchange of its code has to repeat. */
type Asked = Pick<requests.RunContext, 'redirectUri' | 'scope'>;

/**
 * One walk through the flow. Everything is in memory and goes with the page: nothing of it is stored
 * or put into an address.
 */
@Injectable()
export class TryItRun {
  private readonly exchanges = inject(Exchanges);
  private readonly knownScopes = inject(KnownScopes);
  private readonly session = inject(SessionStore);

  readonly client = this.exchanges.client;
  readonly secret = this.exchanges.secret;
  readonly redirectUri = signal('');
  readonly scopes = computed(() => {
    const scopes = this.client()?.scopes ?? [];
    return [...new Set([askFor(scopes, this.knownScopes.table()), ...scopes])];
  });
  readonly scope = linkedSignal<string>(() => this.scopes()[0] ?? '');
  readonly language = signal<SampleLanguage>('curl');
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
    const { exchange, revoke } = this.exchanges.shown();
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

  begin(client: DeveloperClient): void {
    if (client.id !== this.client()?.id) {
      this.secret.set('');
      this.granted.set(false);
    }
    this.client.set(client);
    const own = client.redirectUris.find((uri) => uri === this.callback);
    this.redirectUri.set(own ?? client.redirectUris[0] ?? '');
    void this.again();
  }

  /** Everything anew but the secret, which stays typed, and `granted`: the consent outlives a run. */
  async again(): Promise<void> {
    const run = this.exchanges.again();
    this.returned.set(null);
    this.issued.set(null);
    this.tokens.set(null);
    this.proof.set(null);
    this.earlier.clear();
    try {
      const proof = await newProof();
      if (run !== this.exchanges.number()) return;
      this.exchanges.hide(proof.verifier);
      this.proof.set(proof);
    } catch {
      this.insecure.set(true);
    }
  }

  /** Nothing secret stays in a page that the browser may show again. */
  forget(): void {
    this.secret.set('');
    void this.again();
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
    this.exchanges.hide(returned.code);
    this.issued.set({ ...asked, code: returned.code });
    this.granted.set(true);
    this.exchanges.clear('exchange');
    return true;
  }

  /** Allows access without the page, as a caller with a session may. */
  async issueCode(): Promise<void> {
    const proof = this.proof();
    if (!proof) return;
    const answer = await this.exchanges.step(
      'authorize',
      requests.issueCode(this.context(), proof),
    );
    const code = codeOf(answer);
    if (!code) return;
    // By its state it is known what was asked for, whatever has been chosen meanwhile.
    this.take(`?${new URLSearchParams({ code, state: proof.state })}`);
  }

  async exchange(): Promise<void> {
    const issued = this.issued();
    const verifier = this.proof()?.verifier;
    if (!issued || verifier === undefined) return;
    const { code, ...asked } = issued;
    const request = requests.exchange({ ...this.context(), ...asked }, { code, verifier });
    const answer = await this.exchanges.step('exchange', request);
    this.keep(answer);
    // What was done with earlier tokens says nothing of these.
    if (tokensOf(answer))
      for (const place of ['call', 'refresh', 'revoke'] as const) this.exchanges.clear(place);
  }

  async call(): Promise<void> {
    const tokens = this.tokens();
    if (!tokens) return;
    await this.exchanges.step('call', requests.firstCall(this.context(), tokens.accessToken));
  }

  async refresh(): Promise<void> {
    const tokens = this.tokens();
    if (!tokens) return;
    const request = requests.refresh(this.context(), tokens.refreshToken);
    this.keep(await this.exchanges.step('refresh', request));
  }

  /** Ends the grant, and shows that its access token is refused from that moment. */
  async revoke(): Promise<void> {
    const tokens = this.tokens();
    if (!tokens) return;
    const request = requests.revoke(this.context(), requests.refreshToken(tokens.refreshToken));
    const answer = await this.exchanges.step('revoke', request);
    if (answer?.status !== 200) return;
    this.granted.set(false);
    await this.exchanges.record('revoke', requests.firstCall(this.context(), tokens.accessToken));
  }

  private keep(answer: Answer | null): void {
    const tokens = tokensOf(answer);
    if (tokens) this.tokens.set(tokens);
  }
}
