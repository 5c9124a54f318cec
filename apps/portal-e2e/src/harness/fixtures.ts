import { AxeBuilder } from '@axe-core/playwright';
import { type APIRequestContext, expect, type Page, test as base } from '@playwright/test';

export const PASSWORD = 'demo-passwort-2026';
export const MEMBER = 'user@musterhaus.example';
export const ADMIN = 'admin@musterhaus.example';

export const portalUrl = (): string => required('PORTAL_URL');
export const demoUrl = (): string => required('DEMO_URL');

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: the global setup sets it`);
  return value;
}

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
  await page.getByLabel(/^(E-Mail-Adresse|Email address)$/).fill(email);
  await page.getByLabel(/^(Passwort|Password)$/).fill(password);
  await page.getByRole('button', { name: /^(Anmelden|Sign in)$/ }).click();
}

/** The API as a caller with a session of its own, beside the browser. */
export class PortalApi {
  private constructor(private readonly request: APIRequestContext) {}

  static async signIn(request: APIRequestContext, email: string): Promise<PortalApi> {
    const response = await request.post(`${portalUrl()}/guest/v7/sessions`, {
      data: { resource: { email, password: PASSWORD } },
    });
    expect(response.status()).toBe(201);
    return new PortalApi(request);
  }

  /** Grants access as the page does, and exchanges the code as the third party does. */
  async connect(scope = 'readwrite'): Promise<{ accessToken: string; refreshToken: string }> {
    const granted = await this.request.post(`${portalUrl()}/user/v7/oauth-codes`, {
      data: { resource: { clientId: 'maklerwelt-crm', scope } },
    });
    const { code } = (await granted.json()).resource;
    const exchanged = await this.request.post(`${portalUrl()}/guest/v7/oauth-tokens`, {
      data: {
        grant_type: 'authorization_code',
        code,
        client_id: 'maklerwelt-crm',
        client_secret: 'maklerwelt-crm-demo-secret',
      },
    });
    const tokens = await exchanged.json();
    return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
  }

  async connections(status = 'active'): Promise<{ id: string; client: { clientId: string } }[]> {
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
  /** The API as the account's admin. */
  admin: PortalApi;
}

export const test = base.extend<Fixtures>({
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
});

/** WCAG 2.2 AA on the page as it stands, best practices included. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
  ).toEqual([]);
}

/** Nothing may be cut off or need sideways scrolling (WCAG 1.4.10). */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}

export { expect };
