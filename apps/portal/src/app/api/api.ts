import { inject, Injectable } from '@angular/core';
import { SessionExpiry } from '../session/session-expiry';
import { JSON_ANSWER, takeFirstAnswer } from './first-answers';
import { type ApiError, errorFromAnswer, unreachableError } from './problem';

export interface CallOptions {
  signal?: AbortSignal;
  /** What to do when the session has ended: by default the sign-in page opens. */
  onSessionEnd?: 'sign-in' | 'tell';
  headers?: Record<string, string>;
}

/** Where somebody is led who can do nothing before something else. */
const FIRST: Partial<Record<string, string>> = {
  second_factor_setup_required: '/second-factor',
  password_change_required: '/own-password',
};

/**
 * Calls to the API, same origin, with the session's cookie. Each returns the parsed answer or
 * throws an ApiError. Uses fetch rather than HttpClient, which would cost the authorize page 8 kB.
 */
@Injectable({ providedIn: 'root' })
export class Api {
  private readonly expiry = inject(SessionExpiry);
  /** Makes good what a request was refused for; true: it is worth sending again. */
  remedy?: (error: ApiError) => Promise<boolean>;

  get<T>(path: string, options?: CallOptions): Promise<T> {
    return this.call<T>('GET', path, undefined, options);
  }

  post<T>(path: string, body: unknown, options?: CallOptions): Promise<T> {
    return this.call<T>('POST', path, body, options);
  }

  patch<T>(path: string, body: unknown, options?: CallOptions): Promise<T> {
    return this.call<T>('PATCH', path, body, options);
  }

  /** Sends a file as it is, with its own type. */
  put<T>(path: string, file: File, options?: CallOptions): Promise<T> {
    return this.call<T>('PUT', path, file, options);
  }

  delete<T = void>(path: string, options?: CallOptions): Promise<T> {
    return this.call<T>('DELETE', path, undefined, options);
  }

  private async call<T>(
    method: string,
    path: string,
    body: unknown,
    options: CallOptions = {},
  ): Promise<T> {
    const { signal, onSessionEnd = 'sign-in', headers } = options;
    const session = this.expiry.current();
    const isFile = body instanceof File;
    let answer: Response;
    let content: string;
    try {
      answer = await (takeFirstAnswer(method, path) ??
        fetch(path, {
          method,
          headers: {
            ...JSON_ANSWER,
            ...(body === undefined
              ? {}
              : { 'content-type': isFile ? body.type : 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
          ...(signal ? { signal } : {}),
          cache: 'no-store',
        }));
      content = await answer.text();
    } catch (cause) {
      // A resource that asks again aborts its earlier request.
      if (signal?.aborted) throw cause;
      throw unreachableError();
    }
    const parsed = parse(content);
    if (answer.ok && parsed !== undefined) return parsed as T;
    const error = errorFromAnswer(answer.ok ? 502 : answer.status, answer.headers, parsed);
    const first = FIRST[error.code];
    if (first) this.expiry.signInAgain(session, first);
    else if (error.code === 'session_required' && onSessionEnd === 'sign-in') {
      this.expiry.signInAgain(session);
    }
    if (await this.remedy?.(error)) return this.call<T>(method, path, body, options);
    throw error;
  }
}

/** Null for an empty body (204), undefined for what is not JSON. */
function parse(content: string): unknown {
  if (content === '') return null;
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}
