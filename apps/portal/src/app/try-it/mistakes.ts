import { CODE_SECONDS } from '@flixcheck/api-types/limits';
import { DeveloperClient } from '../api/types';
import { SentValues } from './failed-request';
import { MistakeName } from './mistake-names';
import { Proof } from './pkce';
import { Answer, RequestDescription, Secret, Tokens, Values } from './request-description';
import * as requests from './requests';

/** What a mistake is made with. Each rejects where an answer is not the one that it needs. */
export interface MistakeTools {
  context: requests.RunContext;
  /** A scope that allows nothing but reading; undefined where the client has none. */
  readOnlyScope: string | undefined;
  /** Of the failed request that somebody wants to see again; empty where there is none. */
  sent: SentValues;
  /** Made for this mistake alone. */
  proof: () => Promise<Proof>;
  send: (request: RequestDescription) => Promise<Answer>;
  /** A code that nobody else waits for, from the developer's session. */
  newCode: () => Promise<{ code: string; verifier: string }>;
  /** What an exchange or a refresh is answered with. */
  tokensFrom: (request: RequestDescription) => Promise<Tokens & { scope: string }>;
  wait: (seconds: number) => Promise<void>;
}

export interface Mistake {
  /** It needs a code or tokens, and so the developer's consent. */
  needsGrant: boolean;
  /** Only clients of this kind can make it. */
  kind?: 'confidential' | 'public';
  /** What else the client must be like. */
  possible?: (its: { client: DeveloperClient; readOnlyScope: string | undefined }) => boolean;
  /** Ends tokens, though only its own. */
  harmful?: true;
  /** Ends the last request with the answer that shows the mistake. */
  make: (tools: MistakeTools) => Promise<unknown>;
}

const EXPIRED_AFTER_SECONDS = CODE_SECONDS + 1;

/** The link to the authorize page with something wrong in it, as the page asks the API about it. */
const wrongLink = (
  change: (query: Record<string, string>, sent: SentValues) => Record<string, string | undefined>,
): Mistake => ({
  needsGrant: false,
  make: async ({ context, sent, proof, send }) => {
    const query = change(requests.authorizationQuery(context, await proof()), sent);
    await send(requests.checkAuthorization(context, without(query)));
  },
});

/** An exchange that fails before anybody looks at its code. */
const wrongExchange = (
  change: (form: Values) => Record<string, Secret | string | undefined>,
  kind?: Mistake['kind'],
): Mistake => ({
  needsGrant: false,
  ...(kind && { kind }),
  make: ({ context, send }) =>
    send(
      requests.tokens(
        context,
        without(
          change({
            grant_type: 'authorization_code',
            code: 'made-up',
            ...requests.credentials(context),
          }),
        ),
      ),
    ),
});

/** An exchange of a good code with something wrong beside it. */
const wrongProof = (
  change: (
    form: Values,
    tools: MistakeTools,
  ) => Promise<Record<string, Secret | string | undefined>>,
): Mistake => ({
  needsGrant: true,
  make: async (tools) => {
    const { form = {} } = requests.exchange(tools.context, await tools.newCode());
    await tools.send(requests.tokens(tools.context, without(await change(form, tools))));
  },
});

export const MISTAKES: Readonly<Record<MistakeName, Mistake>> = {
  redirect_uri_unregistered: wrongLink((query, sent) => ({
    ...query,
    redirect_uri: sent.redirectUri ?? `${query['redirect_uri']}/`,
  })),
  scope_invalid: wrongLink((query, sent) => ({
    ...query,
    scope: sent.scope ?? 'everything',
  })),
  pkce_required: {
    ...wrongLink((query) => ({
      ...query,
      code_challenge: undefined,
      code_challenge_method: undefined,
    })),
    possible: ({ client }) => client.requirePkce,
  },
  code_challenge_method_unsupported: wrongLink((query) => ({
    ...query,
    code_challenge_method: 'plain',
  })),
  client_secret_wrong: wrongExchange(
    (form) => ({ ...form, client_secret: { ...(form['client_secret'] as Secret), suffix: 'x' } }),
    'confidential',
  ),
  client_secret_missing: wrongExchange(
    (form) => ({ ...form, client_secret: undefined }),
    'confidential',
  ),
  secret_from_public_client: wrongExchange(
    (form) => ({ ...form, client_secret: 'made-up' }),
    'public',
  ),
  grant_type_missing: wrongExchange((form) => ({ ...form, grant_type: undefined })),
  parameters_in_resource: {
    needsGrant: false,
    make: ({ context, send }) => {
      const { form: resource = {}, ...request } = requests.tokens(context, {
        grant_type: 'authorization_code',
        code: 'made-up',
        ...requests.credentials(context),
      });
      return send({ ...request, json: { resource } });
    },
  },
  code_unknown: wrongProof(async (form) => {
    const code = form['code'] as Secret;
    return { ...form, code: { ...code, value: code.value!.slice(0, -4) } };
  }),
  code_already_used: {
    needsGrant: true,
    make: async ({ context, newCode, send, tokensFrom }) => {
      const request = requests.exchange(context, await newCode());
      await tokensFrom(request);
      await send(request);
    },
  },
  code_expired: wrongProof(async (form, { wait }) => {
    await wait(EXPIRED_AFTER_SECONDS);
    return form;
  }),
  redirect_uri_mismatch: wrongProof(async (form, { sent }) => ({
    ...form,
    redirect_uri: sent.redirectUri ?? `${form['redirect_uri'] as string}/`,
  })),
  code_verifier_missing: wrongProof(async (form) => ({ ...form, code_verifier: undefined })),
  code_verifier_mismatch: wrongProof(async (form, { proof }) => ({
    ...form,
    code_verifier: requests.verifier((await proof()).verifier),
  })),
  refresh_token_reused: {
    needsGrant: true,
    harmful: true,
    make: async ({ context, newCode, send, tokensFrom }) => {
      const first = await tokensFrom(requests.exchange(context, await newCode()));
      const old = requests.refresh(context, first.refreshToken);
      const second = await tokensFrom(old);
      await tokensFrom(requests.refresh(context, second.refreshToken));
      await send(old);
    },
  },
  refresh_token_unknown: {
    needsGrant: true,
    make: async ({ context, newCode, send, tokensFrom }) => {
      const { accessToken } = await tokensFrom(requests.exchange(context, await newCode()));
      await send(requests.refresh(context, accessToken));
    },
  },
  token_revoked: {
    needsGrant: true,
    make: async ({ context, newCode, send, tokensFrom }) => {
      const { accessToken } = await tokensFrom(requests.exchange(context, await newCode()));
      await send(requests.revoke(context, requests.accessToken(accessToken)));
      await send(requests.firstCall(context, accessToken));
    },
  },
  insufficient_scope: {
    needsGrant: true,
    possible: ({ readOnlyScope }) => readOnlyScope !== undefined,
    make: async ({ context, newCode, readOnlyScope, send, tokensFrom }) => {
      const { refreshToken } = await tokensFrom(requests.exchange(context, await newCode()));
      const { accessToken, scope } = await tokensFrom(
        requests.refresh(context, refreshToken, readOnlyScope),
      );
      // With any other token, the call would really create something.
      if (scope !== readOnlyScope) return;
      await send(requests.createCheck(context, accessToken));
    },
  },
};

/** Leaves out what is undefined or empty. */
function without<T extends Secret | string>(
  values: Record<string, T | undefined>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, T] => !!entry[1]),
  );
}
