import { expect, type Page } from '@playwright/test';
import { MEMBER, OPERATOR, portalUrl } from './fixtures';
import { answer, type PortalState, settings, show } from './portal-state';

export const CLIENT = {
  id: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11',
  clientId: 'bestandsblick',
  name: 'Bestandsblick',
  description: 'Zeigt den Bestand eines Kunden auf einen Blick.',
  descriptionEn: '',
  publisher: 'Bestandsblick GmbH',
  publisherVerified: true,
  kind: 'confidential',
  status: 'active',
  redirectUris: ['https://bestandsblick.example/callback'],
  scopes: ['read'],
  requirePkce: true,
  logoUri: null,
  homepageUri: 'https://bestandsblick.example',
  privacyPolicyUri: null,
  startUri: null,
  contactEmail: 'entwicklung@bestandsblick.example',
  listed: true,
  version: 3,
  createdAt: '2026-11-22T10:15:00.000Z',
  updatedAt: '2026-11-25T08:30:00.000Z',
  secrets: [
    {
      id: 'd2a1b6a4-52a8-4a4c-8a5f-2b7a5c9e7f10',
      name: 'Produktion',
      lastFour: 'x7Qk',
      createdAt: '2026-11-22T10:15:00.000Z',
      expiresAt: null,
      lastUsedAt: '2026-11-25T09:12:00.000Z',
    },
  ],
};

const REQUEST = {
  requestId: '5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44',
  at: '2026-11-25T09:12:00.000Z',
  endpoint: 'token',
  grantType: 'authorization_code',
  outcome: 'failure',
  error: 'invalid_grant',
  reason: 'redirect_uri_mismatch',
  detail: 'The redirect_uri is not the one of the authorization request.',
  explanation: {
    code: 'redirect_uri_differs',
    parameters: {
      position: 39,
      registered: '…bestandsblick.example/callback',
      sent: '…bestandsblick.example/callback/',
    },
  },
  connectionId: null,
  ip: '203.0.113.7',
  durationMs: 3.2,
};

/** Finds something of each severity. */
const DIAGNOSIS = {
  examinedAt: '2026-11-25T09:12:00.000Z',
  latest: { requests: 100, failures: 12 },
  findings: [
    {
      code: 'redirect_without_tls',
      severity: 'critical',
      parameters: { redirectUri: 'http://bestandsblick.example/callback' },
      seen: 'http://bestandsblick.example/callback is registered, without TLS.',
      remedy: 'Serve the address with https.',
      docs: '/docs/doctor#redirect_without_tls',
    },
    {
      code: 'secret_expires',
      severity: 'warning',
      parameters: { lastFour: 'x7Qk', expiresAt: '2026-11-27T10:15:00.000Z', days: 3 },
      seen: 'The secret that ends in …x7Qk is in use and expires at 2026-11-27, in 3 days.',
      remedy: 'Switch your servers to another secret before then.',
      docs: '/docs/doctor#secret_expires',
    },
    {
      code: 'state_constant',
      severity: 'warning',
      parameters: { looked: 412, repeated: 412, withoutPkce: 37 },
      seen: 'Of the last 412 authorization requests, 412 had a state that had been sent before, 37 of them without PKCE.',
      remedy: 'Make a new random state for each link.',
      docs: '/docs/doctor#state_constant',
    },
    {
      code: 'no_traffic',
      severity: 'notice',
      parameters: { days: 30 },
      seen: 'There was no request in the last 30 days.',
      remedy: 'Have the client disabled.',
      docs: '/docs/doctor#no_traffic',
    },
  ],
};

const DAY_MS = 86_400_000;

/** A month of growing use, in which something went wrong on two days. */
const DAYS = Array.from({ length: 30 }, (_, index) => ({
  day: new Date(Date.parse('2026-10-27') + index * DAY_MS).toISOString().slice(0, 10),
  exchanges: index % 7 > 4 ? 0 : 2 + (index % 5),
  refreshes: index % 7 > 4 ? 40 + index : 380 + 21 * index,
  failures: [
    ...(index === 11 ? [{ reason: 'client_secret_expired', requests: 1204 }] : []),
    ...(index > 23 ? [{ reason: 'redirect_uri_mismatch', requests: index - 22 }] : []),
  ],
  activeConnections: index < 4 ? null : 900 + 11 * index,
}));

const CHANGE_REQUEST = {
  id: '2e8b6f0a-1d0c-4b7e-9a55-5c1b7e5d4a31',
  status: 'open',
  changes: {
    redirectUris: {
      from: ['https://bestandsblick.example/callback'],
      to: ['https://app.bestandsblick.example/callback'],
    },
    scopes: { from: ['read'], to: ['read', 'readwrite'] },
  },
  outdated: false,
  note: 'Wir ziehen auf einen neuen Server um und legen künftig auch Flixchecks an.',
  requestedBy: {
    id: '6a1f0c7e-2b55-4a0e-9f2d-8c1b7e5d4a30',
    email: 'user@musterhaus.example',
    firstName: 'User',
    lastName: 'Musterhaus',
  },
  requestedAt: '2026-11-25T09:12:00.000Z',
  decidedAt: null,
  answer: '',
};
const DECLINED = {
  ...CHANGE_REQUEST,
  id: '2e8b6f0a-1d0c-4b7e-9a55-5c1b7e5d4a32',
  changes: { ...CHANGE_REQUEST.changes, scopes: null },
  status: 'declined',
  decidedAt: '2026-11-25T10:30:00.000Z',
  answer: 'Bitte weisen Sie zuerst nach, dass die neue Adresse Ihnen gehört.',
};
const ofClient = (request: object) => ({ ...request, client: CLIENT, decidedBy: null });

/** Two requests wait: one that can be accepted, and one that no longer fits. */
export async function waiting(
  page: Page,
  change: (answer: unknown) => unknown = (answer) => answer,
): Promise<void> {
  const outdated = { ...CHANGE_REQUEST, id: DECLINED.id, note: '', outdated: true };
  const json = { resources: [CHANGE_REQUEST, outdated].map(ofClient), meta: { total: 2 } };
  await page.route('**/admin/v7/change-requests?*', (route) =>
    route.fulfill({ json: change(json) }),
  );
  await show(page, settings('registry/change-requests'));
}

/**
 * The viewer is a developer of one application, whatever the database says.
 * @param change what becomes of the answers
 */
export async function developing(
  page: Page,
  change: (answer: unknown) => unknown = (answer) => answer,
): Promise<void> {
  const answers: [string, unknown][] = [
    ['', { resources: [CLIENT], meta: { total: 1 } }],
    [`/${CLIENT.id}`, { resource: CLIENT }],
    [`/${CLIENT.id}/requests`, { resources: [REQUEST], meta: {} }],
    [`/${CLIENT.id}/diagnosis`, { resource: DIAGNOSIS }],
    [`/${CLIENT.id}/statistics`, { resource: { days: DAYS } }],
    [
      `/${CLIENT.id}/change-requests`,
      { resources: [CHANGE_REQUEST, DECLINED], meta: { total: 2 } },
    ],
  ];
  for (const [path, json] of answers) {
    await page.route(
      ({ pathname }) => pathname === `/user/v7/developer/oauth-clients${path}`,
      (route) => route.fulfill({ json: change(json) }),
    );
  }
}

/** Flixcheck has switched the application off. */
export async function openSwitchedOff(page: Page): Promise<void> {
  const off = { status: 'disabled', disabledAt: '2026-11-24T08:15:00.000Z' };
  await developing(page, (found) => {
    const { resource } = found as { resource?: object };
    return resource && 'clientId' in resource ? { resource: { ...resource, ...off } } : found;
  });
  await openDeveloped(page);
  await expect(page.getByText(/abgeschaltet\.|switched this application off on/)).toBeVisible();
}

export const openDeveloped = (page: Page) => show(page, settings(`developer/${CLIENT.id}`));

/** The page that walks through the flow, with the first answers there. */
export async function openTried(page: Page): Promise<void> {
  const refused = {
    error: 'invalid_grant',
    error_description: `The code is unknown. (request ${REQUEST.requestId})`,
  };
  const granted = { code: 'c0de-of-the-sample-state', expiresAt: '', redirectTo: null };
  await page.route('**/user/v7/oauth-codes', (route) =>
    route.fulfill({ status: 201, json: { resource: granted } }),
  );
  await page.route('**/guest/v7/oauth-tokens', (route) =>
    route.fulfill({
      status: 400,
      headers: { 'x-request-id': REQUEST.requestId, 'cache-control': 'no-store' },
      json: refused,
    }),
  );
  const repeated = `mistake=redirect_uri_mismatch&request=${REQUEST.requestId}`;
  await show(page, settings(`developer/${CLIENT.id}/try?${repeated}`));
  await expect(page.locator('.taken-over')).toBeVisible();
  await page.locator('#try-secret-value').fill('a-secret-of-the-sample-state');
  await page.getByRole('button', { name: /^(Code ohne|Get a code)/ }).click();
  await page.getByRole('button', { name: /^(Code einlösen|Exchange the code)$/ }).click();
  await expect(page.getByText('redirect_uri_mismatch').first()).toBeVisible();
  for (const fold of await page.locator('summary').all()) await fold.click();
}

export const developer: PortalState[] = [
  {
    name: 'developer',
    who: MEMBER,
    open: async (page) => {
      await developing(page);
      await show(page, settings('developer'));
    },
  },
  { name: 'developer-none', who: MEMBER, open: (page) => show(page, settings('developer')) },
  {
    name: 'developer-client',
    who: MEMBER,
    open: async (page) => {
      await developing(page);
      await openDeveloped(page);
      await page.locator('#client-homepage').fill('bestandsblick');
      await page.getByRole('button', { name: /^(Änderungen speichern|Save changes)$/ }).click();
      await expect(page.locator('#client-homepage')).toHaveAttribute('aria-invalid', 'true');
    },
  },
  {
    name: 'developer-client-off',
    who: MEMBER,
    open: openSwitchedOff,
  },
  {
    name: 'developer-change',
    who: MEMBER,
    open: async (page) => {
      await developing(page);
      await answer(page, /\/diagnosis$/, 503, { code: 'service_unavailable' });
      await openDeveloped(page);
      await page.getByRole('button', { name: /^(Andere Änderung|Request another)/ }).click();
      await page.locator('#redirect-uri-0').fill('http://bestandsblick.example/callback');
      await page.locator('#scope-read').uncheck();
      await page.locator('#scope-readwrite').check();
      const send = page.getByRole('button', { name: /^(Antrag senden|Send request)$/ });
      await send.click();
      await expect(page.locator('#redirect-uri-0')).toHaveAttribute('aria-invalid', 'true');
      await send.scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'developer-try',
    who: MEMBER,
    open: async (page) => {
      await developing(page);
      await openTried(page);
    },
  },
  {
    name: 'developer-callback',
    open: async (page) => {
      await show(page, `${portalUrl()}/portal/developer/callback?code=c&state=s`);
      await expect(page.getByText(/^(Kein offener Tab|No open tab)/)).toBeVisible();
    },
  },
  {
    name: 'registry-change-requests',
    who: OPERATOR,
    open: async (page) => {
      await waiting(page);
      await page
        .getByRole('button', { name: /^(Ablehnen|Decline)/ })
        .first()
        .click();
      await page.getByRole('button', { name: /^(Antrag ablehnen|Decline request)$/ }).click();
      await expect(page.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true');
    },
  },
];
