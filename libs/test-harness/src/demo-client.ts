import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { untilReady } from './server.js';

const DEMO_CLIENT = resolve(__dirname, '../../../apps/demo-client/dist/main.js');

export interface RunningDemoClient {
  url: string;
  /** Closes the channel to the parent, as happens when the parent dies. Resolves with the exit. */
  abandon(): Promise<void>;
}

/** Starts the built demo application as a process of its own. */
export async function startDemoClient(
  port: number,
  flixcheckUrl: string,
  flavour?: string,
): Promise<RunningDemoClient> {
  const child = spawnDemoClient(port, flixcheckUrl, flavour);
  const url = await untilReady(child);
  return {
    url,
    async abandon() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

export function spawnDemoClient(port: number, flixcheckUrl: string, flavour = ''): ChildProcess {
  return fork(DEMO_CLIENT, {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      DEMO_CLIENT_PORT: String(port),
      FLIXCHECK_URL: flixcheckUrl,
      DEMO_CLIENT_FLAVOUR: flavour,
    },
  });
}

export interface Page {
  url: URL;
  status: number;
  html: string;
  headers: Headers;
}

/** A browser at one site: keeps its cookies and follows redirects, but leaves the site for nobody. */
export class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly site: string,
    private readonly language = 'en',
  ) {}

  get(path: string): Promise<Page | URL> {
    return this.visit(new URL(path, this.site));
  }

  post(path: string, form: Record<string, string> = {}): Promise<Page | URL> {
    return this.visit(new URL(path, this.site), new URLSearchParams(form));
  }

  /** @returns the page, or the address that it is sent to where that is another site's */
  private async visit(url: URL, form?: URLSearchParams): Promise<Page | URL> {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        'accept-language': this.language,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form && { origin: this.site }),
      },
      body: form,
    });
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      this.cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) {
      return {
        url,
        status: response.status,
        html: await response.text(),
        headers: response.headers,
      };
    }
    const target = new URL(location, url);
    return target.origin === this.site ? this.visit(target) : target;
  }
}
