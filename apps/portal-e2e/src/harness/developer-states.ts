import { expect, type Page } from '@playwright/test';
import { MEMBER } from './fixtures';
import { type PortalState, settings, show } from './portal-state';

const CLIENT = {
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
    [`/${CLIENT.id}/statistics`, { resource: { days: DAYS } }],
  ];
  for (const [path, json] of answers) {
    await page.route(
      ({ pathname }) => pathname === `/user/v7/developer/oauth-clients${path}`,
      (route) => route.fulfill({ json: change(json) }),
    );
  }
}

export const openDeveloped = (page: Page) => show(page, settings(`developer/${CLIENT.id}`));

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
];
