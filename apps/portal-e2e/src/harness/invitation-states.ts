import type { Page } from '@playwright/test';
import { ADMIN, expect, OPERATOR, portalUrl } from './fixtures';
import { type PortalState, settings, show } from './portal-state';

const link = () => `${portalUrl()}/portal/invitation#${'t'.repeat(43)}`;

const opened = {
  ...{ email: 'nora@neuhaus.example', firstName: 'Nora', lastName: 'Neu' },
  ...{ role: 'admin', locale: 'de', expiresAt: '2026-12-02T08:30:00.000Z' },
  ...{ company: 'Musterhaus Versicherungsmakler GmbH', inviter: 'Admin Musterhaus' },
  application: null,
};

const sent = (id: string, status: 'open' | 'expired') => ({
  ...{ id, email: `${id}@neuhaus.example`, role: 'member', locale: 'de', status },
  ...{ firstName: id === 'nora' ? 'Nora' : '', lastName: id === 'nora' ? 'Neu' : '' },
  invitedBy: { id, email: ADMIN, firstName: 'Admin', lastName: 'Musterhaus' },
  createdAt: '2026-11-25T08:30:00.000Z',
  sentAt: '2026-11-25T08:30:00.000Z',
  expiresAt: '2026-12-02T08:30:00.000Z',
});

/** The open invitation of a company's first admin. */
export const adminInvitation = () => ({ ...sent('nora', 'open'), role: 'admin' });

/** What is there to send again and to take back. */
export async function openInvitations(page: Page, change: (value: unknown) => unknown = (v) => v) {
  await page.route('**/user/v7/invitations', (route) =>
    route.fulfill({
      json: change({ resources: [sent('nora', 'open'), sent('uwe', 'expired')], meta: {} }),
    }),
  );
}

const openedByDeveloper = {
  ...{ ...opened, email: 'dora@bestandsblick.example', firstName: '', lastName: '' },
  ...{ role: 'member', company: null, inviter: 'Operator Flixcheck' },
  application: { name: 'Bestandsblick', publisher: 'Bestandsblick GmbH' },
};

/** The developers of a client with those who are invited, and somebody who may be. */
export async function developersInvited(
  page: Page,
  change: (value: unknown) => unknown = (v) => v,
) {
  const invitations = [sent('dora', 'open'), sent('uwe', 'expired')];
  await page.route(/\/developer-invitations\?/, (route) =>
    route.fulfill({ json: change({ resources: invitations, meta: {} }) }),
  );
  const nobody = {
    ...{ status: 400, code: 'validation_failed' },
    errors: [{ field: 'email', code: 'unknown_user' }],
  };
  await page.route('**/admin/v7/oauth-clients/*/developers', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 400, contentType: 'application/problem+json', json: nobody })
      : route.fulfill({ json: { resources: [], meta: {} } }),
  );
  await show(page, settings('registry?q=maklerwelt-crm'));
  await page.locator('.rows a').first().click();
  await page.locator('#developer-email').fill('dunja@neuhaus.example');
  await page.getByRole('button', { name: /^(Entwickler hinzufügen|Add developer)$/ }).click();
  const language = page.locator('#developer-language');
  await expect(language).toBeVisible();
  await language.scrollIntoViewIfNeeded();
}

/** The invitation of a developer that a link leads to. */
export async function openedOfDeveloper(
  page: Page,
  change: (value: unknown) => unknown = (v) => v,
) {
  await page.route('**/guest/v7/invitations/lookups', (route) =>
    route.fulfill({ json: change({ resource: openedByDeveloper }) }),
  );
  await show(page, link());
}

/** The invitation that a link leads to. */
export async function openedInvitation(page: Page, change: (value: unknown) => unknown = (v) => v) {
  await page.route('**/guest/v7/invitations/lookups', (route) =>
    route.fulfill({ json: change({ resource: opened }) }),
  );
}

export async function inviteWithErrors(page: Page): Promise<void> {
  await show(page, settings('team/invite'));
  await page.getByRole('textbox').fill('Nora Neu <nora@neuhaus.example>\nohne Adresse');
  await page.getByRole('button', { name: /^(Einladungen senden|Send invitations)$/ }).click();
  await expect(page.locator('#people-error')).toContainText(/(Zeile|Line) 2/);
}

/** Inviting colleagues, and being invited. */
export const invitationStates: PortalState[] = [
  {
    name: 'team-invitations',
    who: ADMIN,
    open: async (page) => {
      await openInvitations(page);
      await show(page, settings('team'));
      await expect(page.getByText('uwe@neuhaus.example')).toBeVisible();
    },
  },
  { name: 'team-invite', who: ADMIN, open: inviteWithErrors },
  {
    name: 'invitation',
    open: async (page) => {
      await openedInvitation(page);
      await show(page, link());
      await page.getByRole('button', { name: /^(Einladung annehmen|Accept invitation)$/ }).click();
      await expect(page.getByLabel(/^(Passwort|Password)$/)).toBeFocused();
    },
  },
  { name: 'invitation-developer', open: (page) => openedOfDeveloper(page) },
  { name: 'registry-developers', who: OPERATOR, open: (page) => developersInvited(page) },
  { name: 'invitation-invalid', open: (page) => show(page, link()) },
];
