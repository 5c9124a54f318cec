import { expect, type Page } from '@playwright/test';
import { OPERATOR, PASSWORD } from './fixtures';
import { answer, type PortalState, settings, settled, show } from './portal-state';

const openClient = async (page: Page, name: string): Promise<void> => {
  await show(page, settings(`registry?q=${encodeURIComponent(name)}`));
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await settled(page);
};

/** A picture of one pixel. */
export const LOGO = {
  name: 'logo.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};

export const registry: PortalState[] = [
  { name: 'registry', who: OPERATOR, open: (page) => show(page, settings('registry')) },
  {
    name: 'registry-new-mistakes',
    who: OPERATOR,
    open: async (page) => {
      await show(page, settings('registry/new'));
      await page.locator('#redirect-uri-0').fill('http://crm.example/callback?state=1');
      await page.locator('#client-pkce').uncheck();
      await page.locator('button[type=submit]').click();
      await expect(page.locator('#client-name')).toHaveAttribute('aria-invalid', 'true');
    },
  },
  {
    name: 'registry-created',
    who: OPERATOR,
    open: async (page) => {
      await page.route('**/admin/v7/oauth-clients', (route) =>
        route.fulfill({ status: 201, json: { resource: CREATED } }),
      );
      for (const nobody of ['developers', 'developer-invitations']) {
        await page.route(`**/admin/v7/oauth-clients/*/${nobody}*`, (route) =>
          route.fulfill({ json: { resources: [], meta: { nextCursor: null } } }),
        );
      }
      await show(page, settings('registry/new'));
      await page.locator('#client-name').fill(CREATED.name);
      await page.locator('#client-publisher').fill(CREATED.publisher);
      await page.locator('#redirect-uri-0').fill('https://crm.example/callback');
      await page.locator('#scope-read').check();
      await page.locator('button[type=submit]').click();
      await expect(page.getByText(CREATED.secret.value)).toBeVisible();
      await expect(page.locator('#developer-email')).toBeVisible();
    },
  },
  {
    name: 'registry-rotation',
    who: OPERATOR,
    open: async (page) => {
      await page.route('**/admin/v7/oauth-clients/*/secrets', (route) =>
        route.fulfill({ status: 201, json: { resource: { ...CREATED.secret, expiresAt: null } } }),
      );
      await openClient(page, 'Maklerwelt CRM');
      await page.getByRole('button', { name: /^(Zweites Secret|Create a second)/ }).click();
      await page.locator('#secret-name').fill('Produktion');
      await page.getByRole('button', { name: /^(Anlegen|Create)$/ }).click();
      await expect(page.getByText(CREATED.secret.value)).toBeVisible();
    },
  },
  {
    name: 'registry-proof',
    who: OPERATOR,
    open: async (page) => {
      await answer(page, '**/admin/v7/oauth-clients/*/secrets', 403, {
        code: 'identity_proof_required',
      });
      await answer(page, '**/user/v7/sessions/current/proofs', 400, {
        code: 'validation_failed',
        errors: [{ field: 'code', code: 'required' }],
      });
      await openClient(page, 'Maklerwelt CRM');
      await page.getByRole('button', { name: /^(Zweites Secret|Create a second)/ }).click();
      await page.getByRole('button', { name: /^(Anlegen|Create)$/ }).click();
      await page.locator('#proof-password').fill(PASSWORD);
      await page.getByRole('button', { name: /^(Bestätigen|Confirm)$/ }).click();
      await expect(page.locator('#proof-code')).toBeFocused();
    },
  },
  {
    name: 'registry-companies',
    who: OPERATOR,
    open: async (page) => {
      await page.route('**/admin/v7/oauth-clients/*/connections*', (route) =>
        route.fulfill({ json: { resource: { activeConnections: 1204, accounts: 87 } } }),
      );
      await openClient(page, 'Maklerwelt CRM');
      await page.locator('#listed-chosen').check();
      await page.locator('fx-company-choices input[type=checkbox]').first().check();
      await expect(page.locator('fx-picks li')).toHaveCount(1);
      const notice = page.locator('fx-settings-section[name=visibility] .fx-notice');
      await expect(notice).toBeVisible();
      await notice.scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'registry-requests',
    who: OPERATOR,
    open: async (page) => {
      await page.route('**/admin/v7/oauth-clients/*/requests?*', (route) =>
        route.fulfill({ json: { resources: REQUESTS, meta: { nextCursor: 'x' } } }),
      );
      await page.route('**/admin/v7/oauth-clients/*/statistics?*', (route) =>
        route.fulfill({ json: { resource: { days: [NOTHING] } } }),
      );
      await page.route('**/admin/v7/oauth-clients/*/diagnosis', (route) =>
        route.fulfill({ json: { resource: HEALTHY } }),
      );
      await openClient(page, 'Maklerwelt CRM');
      const link = page.getByRole('link', { name: /: client_secret_wrong$/ });
      await expect(link).toBeVisible();
      await link.scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'registry-logo',
    who: OPERATOR,
    open: async (page) => {
      await openClient(page, 'Maklerwelt CRM');
      await page.locator('fx-logo-upload input[type=file]').setInputFiles(LOGO);
      await expect(
        page.getByRole('button', { name: /^(Logo speichern|Save logo)$/ }),
      ).toBeFocused();
    },
  },
  {
    name: 'registry-preview',
    who: OPERATOR,
    open: async (page) => {
      await openClient(page, 'Maklerwelt CRM');
      await page.getByRole('button', { name: /^(Vorschau|Preview)$/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
];

const NOTHING = {
  day: '2026-11-25',
  exchanges: 0,
  refreshes: 0,
  failures: [],
  activeConnections: 0,
};

const HEALTHY = {
  examinedAt: '2026-11-25T09:12:00.000Z',
  findings: [],
  latest: { requests: 40, failures: 3 },
};

const request = (change: object) => ({
  requestId: '5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44',
  at: '2026-11-22T10:15:00.000Z',
  endpoint: 'token',
  grantType: 'authorization_code',
  outcome: 'failure',
  error: 'invalid_client',
  reason: 'client_secret_wrong',
  detail:
    'The client secret is not one of the secrets of this client. Check for missing or extra characters, and that it belongs to this environment. It ends in …a1b2, as the one that was removed on 2026-11-20T08:00:00.000Z.',
  explanation: {
    code: 'secret_removed',
    parameters: { lastFour: 'a1b2', removedAt: '2026-11-20T08:00:00.000Z' },
  },
  connectionId: null,
  ip: '203.0.113.7',
  durationMs: 3.2,
  ...change,
});
const REQUESTS = [
  request({}),
  request({
    requestId: '6f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e45',
    endpoint: 'authorize',
    grantType: null,
    error: 'invalid_redirect_uri',
    reason: 'redirect_uri_unregistered',
    detail:
      'The redirectUri is not registered for this application. It must be the same, character for character.',
    explanation: {
      code: 'redirect_uri_differs',
      parameters: {
        position: 32,
        registered: '…crm.example/oauth/callback',
        sent: '…crm.example/oauth/callback/',
      },
    },
  }),
  request({
    requestId: '8f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e47',
    endpoint: 'api',
    route: 'POST /user/v7/connections/{id}',
    grantType: null,
    error: 'invalid_token',
    reason: 'access_token_expired',
    detail:
      'The access token has expired. Refresh it. This is the last of 312 calls that were refused for the same reason from 2026-11-22T10:14:00.000Z to 2026-11-22T10:14:58.000Z; the others have no entry of their own.',
    explanation: {
      code: 'calls_counted',
      parameters: {
        requests: 312,
        sinceAt: '2026-11-22T10:14:00.000Z',
        untilAt: '2026-11-22T10:14:58.000Z',
      },
    },
    requests: 312,
  }),
  request({
    requestId: '7f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e46',
    grantType: 'refresh_token',
    outcome: 'success',
    error: null,
    reason: null,
    detail: null,
    explanation: null,
  }),
];

const CREATED = {
  id: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11',
  clientId: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11',
  name: 'Neues CRM',
  publisher: 'Neues CRM GmbH',
  contactEmail: 'entwicklung@crm.example',
  secret: {
    id: 'd2a1b6a4-52a8-4a4c-8a5f-2b7a5c9e7f10',
    name: null,
    value: 'Zk3vQ1pX8sT0bN5yH2mJ7cR4wL9dF6gA1uE8iO3x7Qk',
    lastFour: 'x7Qk',
    createdAt: '2026-11-22T10:15:00.000Z',
  },
};
