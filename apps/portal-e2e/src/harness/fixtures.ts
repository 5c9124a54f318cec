import {
  type APIRequestContext,
  type ConsoleMessage,
  expect,
  type Page,
  test as base,
  type ViewportSize,
} from '@playwright/test';
import type axe from 'axe-core';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { demoUrl, portalUrl } from './place';

export { demoUrl, portalUrl };

export const PASSWORD = 'demo-passwort-2026';
export const MEMBER = 'user@musterhaus.example';
export const ADMIN = 'admin@musterhaus.example';
/** Of a company in which nobody has connected anything. */
export const OTHER_ADMIN = 'admin@beispiel.example';
export const OPERATOR = 'operator@flixcheck.example';

export interface AuthorizeQuery {
  clientId?: string;
  scope?: string;
  state?: string;
  redirectUri?: string;
  [name: string]: string | undefined;
}

/** The documented link to the authorize page; `undefined` leaves a parameter out. */
export function authorizeUrl(query: AuthorizeQuery = {}): string {
  const parameters: AuthorizeQuery = {
    clientId: 'maklerwelt-crm',
    scope: 'readwrite',
    redirectUri: `${demoUrl()}/callback`,
    response_type: 'code',
    state: 'open',
    ...query,
  };
  const search = new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return `${portalUrl()}/portal/oauth/authorize?${search}`;
}

/** What a person does on the sign-in page that is shown. */
export async function fillSignIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel(/^(E-Mail-Adresse|E-mail address)$/).fill(email);
  await page.getByLabel(/^(Passwort|Password)$/).fill(password);
  await page.getByRole('button', { name: /^(Anmelden|Sign in)$/ }).click();
}

/** Signs the browser in without the sign-in page. */
export async function signIn(page: Page, email: string): Promise<{ sessionId: string }> {
  const response = await page.context().request.post(`${portalUrl()}/guest/v7/sessions`, {
    data: { resource: { email, password: PASSWORD } },
  });
  expect(response.status()).toBe(201);
  return { sessionId: (await response.json()).resource.id };
}

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

const SECRETS: Record<string, string> = {
  'maklerwelt-crm': 'maklerwelt-crm-demo-secret',
  belegscanner: 'belegscanner-demo-secret',
};

interface ListedConnection {
  id: string;
  client: { clientId: string };
  grantedBy: { id: string };
  expiresAt: string | null;
}

interface Connected {
  id: string;
  accessToken: string;
  refreshToken: string;
}

/** The API as a caller with a session of its own, beside the browser. */
export class PortalApi {
  private constructor(
    private readonly request: APIRequestContext,
    readonly userId: string,
  ) {}

  static async signIn(
    request: APIRequestContext,
    email: string,
    password = PASSWORD,
  ): Promise<PortalApi> {
    const response = await request.post(`${portalUrl()}/guest/v7/sessions`, {
      data: { resource: { email, password } },
    });
    expect(response.status()).toBe(201);
    return new PortalApi(request, (await response.json()).resource.user.id);
  }

  /** Grants access as the page does, and exchanges the code as the third party does. */
  async connect(
    scope = 'readwrite',
    clientId = 'maklerwelt-crm',
    secret = SECRETS[clientId],
  ): Promise<Connected> {
    const { verifier, challenge } = pkce();
    const granted = await this.request.post(`${portalUrl()}/user/v7/oauth-codes`, {
      data: {
        resource: { clientId, scope, codeChallenge: challenge, codeChallengeMethod: 'S256' },
      },
    });
    expect(granted.status()).toBe(201);
    const { code } = (await granted.json()).resource;
    const exchanged = await this.request.post(`${portalUrl()}/guest/v7/oauth-tokens`, {
      data: {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        client_id: clientId,
        client_secret: secret,
      },
    });
    expect(exchanged.status()).toBe(200);
    const tokens = await exchanged.json();
    const connection = (await this.connections()).find(
      ({ client, grantedBy }) => client.clientId === clientId && grantedBy.id === this.userId,
    );
    if (!connection) throw new Error('The new connection is not listed');
    return {
      id: connection.id,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
    };
  }

  /** One request of the third party, in the user’s name. */
  async use({ accessToken }: Connected): Promise<number> {
    const response = await this.request.get(`${portalUrl()}/user/v7/users/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    return response.status();
  }

  async endConnection(id: string): Promise<void> {
    const response = await this.request.delete(`${portalUrl()}/user/v7/connections/${id}`);
    expect(response.status()).toBe(204);
  }

  /** When the connection ends by itself. */
  async limit(id: string, expiresAt: string | null): Promise<void> {
    const response = await this.request.patch(`${portalUrl()}/user/v7/connections/${id}`, {
      data: { resource: { expiresAt } },
    });
    expect(response.status()).toBe(200);
  }

  async endSession(id: string): Promise<void> {
    const response = await this.request.delete(`${portalUrl()}/user/v7/sessions/${id}`);
    expect(response.status()).toBe(204);
  }

  async endOtherSessions(): Promise<void> {
    const response = await this.request.delete(`${portalUrl()}/user/v7/sessions`);
    expect(response.status()).toBe(204);
  }

  async setUserStatus(id: string, status: 'active' | 'disabled'): Promise<void> {
    const response = await this.request.patch(`${portalUrl()}/user/v7/users/${id}`, {
      data: { resource: { status } },
    });
    expect(response.status()).toBe(200);
  }

  /** For the operator. */
  setClientStatus(clientId: string, status: 'active' | 'disabled'): Promise<void> {
    return this.updateClient(clientId, { status });
  }

  /** For the operator. */
  async updateClient(
    clientId: string,
    changes: { status?: 'active' | 'disabled'; redirectUris?: string[] },
  ): Promise<void> {
    const listed = await this.request.get(`${portalUrl()}/admin/v7/oauth-clients?limit=100`);
    const { resources } = (await listed.json()) as {
      resources: { id: string; clientId: string }[];
    };
    const id = resources.find((client) => client.clientId === clientId)?.id;
    const response = await this.request.patch(`${portalUrl()}/admin/v7/oauth-clients/${id}`, {
      data: { resource: changes },
    });
    expect(response.status()).toBe(200);
  }

  async connections(status = 'active'): Promise<ListedConnection[]> {
    const response = await this.request.get(
      `${portalUrl()}/user/v7/connections?limit=100&status=${status}`,
    );
    return (await response.json()).resources;
  }

  async endAllConnections(): Promise<void> {
    for (const { id } of await this.connections()) {
      await this.request.delete(`${portalUrl()}/user/v7/connections/${id}`);
    }
  }
}

interface Fixtures {
  /** The API as the member, who has no connection when the test begins. */
  member: PortalApi;
  /** The API as the account's admin; nobody in the account has a connection when the test begins. */
  admin: PortalApi;
  /** The API as Flixcheck's operator. */
  operator: PortalApi;
}

/** Fails a test whose page did something that the content security policy forbids. */
export async function keepingToThePolicy(page: Page, during: () => Promise<void>): Promise<void> {
  const violations: string[] = [];
  const note = (message: ConsoleMessage) => {
    if (/Content Security Policy|Trusted(HTML|Script|Type)/i.test(message.text())) {
      violations.push(message.text());
    }
  };
  page.on('console', note);
  await during();
  page.off('console', note);
  expect(violations).toEqual([]);
}

export const test = base.extend<Fixtures>({
  page: ({ page }, use) => keepingToThePolicy(page, () => use(page)),
  member: async ({ playwright }, use) => {
    const request = await playwright.request.newContext();
    const api = await PortalApi.signIn(request, MEMBER);
    await api.endAllConnections();
    await use(api);
    await request.dispose();
  },
  admin: async ({ playwright }, use) => {
    const request = await playwright.request.newContext();
    const api = await PortalApi.signIn(request, ADMIN);
    await api.endAllConnections();
    await use(api);
    await request.dispose();
  },
  operator: async ({ playwright }, use) => {
    const request = await playwright.request.newContext();
    await use(await PortalApi.signIn(request, OPERATOR));
    await request.dispose();
  },
});

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA on the page as it stands, best practices included. */
export async function expectAccessible(page: Page): Promise<void> {
  // The same document may be asked again, at another width or in another theme.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    // A dialog that is still fading in has too little contrast.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document
      .getAnimations()
      .filter(
        ({ effect, playState }) =>
          playState === 'running' && effect?.getComputedTiming().endTime !== Infinity,
      );
    await Promise.allSettled(ending.map(({ finished }) => finished));
    const { axe: engine } = window as unknown as { axe: typeof axe };
    // What is in order is most of a result, and read by nobody.
    const found = await engine.run(document, { resultTypes: ['violations'] });
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
    );
  });
  expect(violations).toEqual([]);
}

/**
 * Gives the window another size and waits until the page has been drawn at it: what is measured
 * before may mix two sizes, since not every media query has taken effect.
 */
export async function resize(page: Page, size: ViewportSize): Promise<void> {
  await page.setViewportSize(size);
  await page.evaluate(
    () =>
      new Promise((drawn) => {
        requestAnimationFrame(() => requestAnimationFrame(drawn));
      }),
  );
}

/** Nothing may be cut off or need sideways scrolling (WCAG 1.4.10). */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}

/**
 * Enlarges the text alone, as browsers do that change nothing else: what a page asks about its width
 * stays as it was.
 */
export async function enlargeText(page: Page, percent: number): Promise<void> {
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = `${size}%`;
  }, percent);
  await painted(page);
}

/** A size has a transition, however short. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** The size of text that the reader has chosen in the browser; 16 px are 100 %. */
export async function setTextSize(page: Page, percent: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const standard = Math.round((16 * percent) / 100);
  await session.send('Page.setFontSizes', { fontSizes: { standard, fixed: standard } });
  await session.detach();
  await painted(page);
}

/** Lets the API answer, and changes its `resource` on the way: for states that are hard to reach. */
export async function changeAnswer<T extends object>(
  page: Page,
  url: RegExp,
  change: (resource: T) => Partial<T>,
): Promise<void> {
  await page.route(url, async (route) => {
    const response = await route.fetch();
    const { resource } = (await response.json()) as { resource: T };
    await route.fulfill({ response, json: { resource: { ...resource, ...change(resource) } } });
  });
}

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

/** From the next navigation on; read with `layoutShifts`. */
export async function recordLayoutShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: { value: number; moved: string[] }[] = [];
    Object.assign(window, { shifts });
    const place = ({ x, y, width, height }: DOMRectReadOnly) => `${x},${y} ${width}×${height}`;
    const name = (node: Node | null) =>
      node instanceof Element
        ? `${node.tagName.toLowerCase()}.${node.className}`
        : `“${node?.textContent?.trim() ?? ''}”`;
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries() as LayoutShift[]) {
        if (hadRecentInput) continue;
        const moved = sources.map(
          ({ node, previousRect, currentRect }) =>
            `${name(node)} from ${place(previousRect)} to ${place(currentRect)}`,
        );
        shifts.push({ value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** What has moved without the reader's doing, by how much, from where to where. */
export function layoutShifts(page: Page): Promise<{ value: number; moved: string[] }[]> {
  return page.evaluate(
    () => (window as unknown as { shifts: { value: number; moved: string[] }[] }).shifts,
  );
}

export { expect };
