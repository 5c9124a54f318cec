import type { Page } from '@playwright/test';
import { ADMIN, expect, MEMBER, portalUrl } from './fixtures';
import { type PortalState, settings, show } from './portal-state';

const FROM = '2030-03-14T08:30:00.000Z';

/** As if a second factor were required from then on, by the company or the installation. */
export const owed = (
  page: Page,
  secondFactorDueAt: string,
  secondFactorDueBy: string,
  change = (answer: unknown) => answer,
) =>
  page.route('**/user/v7/sessions/current', async (route) => {
    const response = await route.fetch();
    const { resource } = await response.json();
    const user = { ...resource.user, secondFactorDueAt, secondFactorDueBy };
    await route.fulfill({ response, json: change({ resource: { ...resource, user } }) });
  });

/** What a company requires of its people, to whoever may decide it. */
export async function requirement(
  page: Page,
  { requiredFrom = FROM, own = true }: { requiredFrom?: string | null; own?: boolean } = {},
): Promise<void> {
  await page.route('**/user/v7/second-factor-requirement', (route) =>
    route.fulfill({
      json: { resource: { people: 62, withFactor: 12, requiredFrom, own, resetHours: 24 } },
    }),
  );
  await show(page, settings('team'));
  const section = page.locator('fx-required-factors');
  await expect(section.locator('.numbers')).toContainText('12');
  await section.scrollIntoViewIfNeeded();
}

/** Somebody of the team has lost the phone, and an admin has reacted. */
export async function resetPending(
  page: Page,
  change = (answer: unknown): unknown => answer,
): Promise<void> {
  await page.route(/\/user\/v7\/users\?/, async (route) => {
    const response = await route.fetch();
    const { resources, ...rest } = await response.json();
    const askedBy = resources.find(({ email }: { email: string }) => email === ADMIN) ?? null;
    const factorReset = { askedAt: '2030-03-13T08:30:00.000Z', dueAt: FROM, askedBy };
    const users = resources.map((user: object) => ({ ...user, secondFactor: true, factorReset }));
    await route.fulfill({ response, json: change({ resources: users, ...rest }) });
  });
  await show(page, settings('team'));
  await expect(page.getByText(/(wird zurückgesetzt|will be reset)/).first()).toBeVisible();
}

/** It will be required of the one who is signed in. */
export async function factorDue(page: Page, change?: (answer: unknown) => unknown): Promise<void> {
  await owed(page, FROM, 'account', change);
  await show(page, settings('connections'));
}

/** Their password comes from somebody else. */
export async function passwordGiven(page: Page): Promise<void> {
  await show(page, `${portalUrl()}/portal/own-password`);
}

/** It is required of them, and they have none. */
export async function factorMissing(
  page: Page,
  change?: (answer: unknown) => unknown,
): Promise<void> {
  await owed(page, '2026-03-14T08:30:00.000Z', 'account', change);
  await show(page, `${portalUrl()}/portal/second-factor`);
}

const factorOwed = (name: string, at: string, by: string): PortalState => ({
  name,
  who: MEMBER,
  open: async (page) => {
    await owed(page, at, by);
    await show(page, `${portalUrl()}/portal/second-factor`);
  },
});

const team = (name: string, required: Parameters<typeof requirement>[1]): PortalState => ({
  name,
  who: ADMIN,
  open: (page) => requirement(page, required),
});

/** A second factor that a company requires. */
export const factors: PortalState[] = [
  { name: 'team-factor-reset', who: ADMIN, open: (page) => resetPending(page) },
  team('team-factors', { requiredFrom: null }),
  team('team-factors-own-first', { requiredFrom: null, own: false }),
  team('team-factors-required', {}),
  { name: 'connections-factor-due', who: MEMBER, open: (page) => factorDue(page) },
  { name: 'own-password', who: MEMBER, open: (page) => passwordGiven(page) },
  { name: 'second-factor', who: MEMBER, open: (page) => factorMissing(page) },
  factorOwed('second-factor-staff', new Date(0).toISOString(), 'installation'),
  factorOwed('second-factor-later', FROM, 'account'),
];
