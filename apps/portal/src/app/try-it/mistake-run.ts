import { computed, inject, Injectable, signal } from '@angular/core';
import { KnownScopes } from '../scopes/known-scopes';
import { codeOf, jsonOf, tokensOf } from './answers';
import { Exchanges } from './exchanges';
import { FailedRequest } from './failed-request';
import { MistakeName } from './mistake-names';
import { MISTAKES } from './mistakes';
import { newProof } from './pkce';
import { RequestDescription } from './request-description';
import * as requests from './requests';
import { TryItRun } from './try-it-run';

/** Makes mistakes on purpose, beside the steps of a run and with the same client. */
@Injectable()
export class MistakeRun {
  private readonly exchanges = inject(Exchanges);
  private readonly knownScopes = inject(KnownScopes);
  private readonly run = inject(TryItRun);

  /** Of the client's scopes, one that changes nothing. */
  readonly readOnlyScope = computed(
    () =>
      this.knownScopes
        .table()
        .find(
          ({ scope, viewOnly }) =>
            viewOnly && this.exchanges.client()?.scopes.includes(scope as never),
        )?.scope,
  );

  /** What somebody wants to see again; null: a mistake of our own making. */
  readonly failed = signal<FailedRequest | null>(null);

  /**
   * With code and tokens of the mistake's own.
   * @param wait how long it has to wait, and until when the reader does
   */
  async provoke(name: MistakeName, wait: (seconds: number) => Promise<void>): Promise<void> {
    this.exchanges.clear('mistake');
    const context = this.run.context();
    const run = this.exchanges.number();
    const send = async (request: RequestDescription) => {
      // It may have waited for longer than its run has lasted.
      const isLate = run !== this.exchanges.number();
      const answer = isLate ? null : await this.exchanges.record('mistake', request);
      if (!answer) throw new Stopped();
      return answer;
    };
    const proof = async () => {
      const drawn = await newProof();
      this.exchanges.hide(drawn.verifier);
      return drawn;
    };
    const newCode = async () => {
      const drawn = await proof();
      const code = codeOf(await send(requests.issueCode(context, drawn)));
      if (!code) throw new Stopped();
      return { code, verifier: drawn.verifier };
    };
    const tokensFrom = async (request: RequestDescription) => {
      const answer = await send(request);
      const tokens = tokensOf(answer);
      if (!tokens) throw new Stopped();
      return { ...tokens, scope: String(jsonOf(answer)?.['scope']) };
    };
    const readOnlyScope = this.readOnlyScope();
    const failed = this.failed();
    const sent = failed?.reason === name ? failed.sent : {};
    const tools = { context, readOnlyScope, sent, proof, send, newCode, tokensFrom, wait };
    try {
      await MISTAKES[name].make(tools);
    } catch (cause) {
      // The last answer says why it went no further.
      if (!(cause instanceof Stopped)) throw cause;
    }
  }
}

/** A mistake that needed another answer before it could be made. */
export class Stopped extends Error {}
