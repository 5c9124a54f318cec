import type { Locator, Page } from '@playwright/test';
import {
  authorizeUrl,
  changeAnswer,
  demoUrl,
  expect,
  expectAccessible,
  layoutShifts,
  MEMBER,
  portalUrl,
  recordLayoutShifts,
  resize,
  signIn,
  test,
} from './harness/fixtures';
import { requests } from './harness/approval-samples';

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;
const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const DAY = 86_400_000;
const A4 = { width: 794, height: 1123 };
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
const shortDate = (iso: string): string =>
  new Date(iso).toLocaleDateString('de-DE', { dateStyle: 'medium', timeZone: 'Europe/Berlin' });

async function chooseTime(page: Page, label: string, span: RegExp): Promise<void> {
  const field = page.getByLabel(label);
  const option = await field.locator('option').filter({ hasText: span }).textContent();
  await field.selectOption({ label: option?.trim() ?? '' });
}

test('a time that is chosen with the consent holds, is shown, and can be changed', async ({
  page,
  member,
}) => {
  await signIn(page, MEMBER);
  await page.route(`${demoUrl()}/callback**`, (route) => route.fulfill({ status: 204 }));
  await page.goto(authorizeUrl());
  await expect(page.getByLabel('Gültigkeit')).toHaveValue('Unbefristet');
  await chooseTime(page, 'Gültigkeit', /30 Tage/);
  await page.getByRole('button', { name: 'Zugriff erlauben' }).click();
  await expect(page.getByText('Zugriff erlaubt')).toBeVisible();
  const [granted] = await member.connections();
  expect(Math.round((Date.parse(granted?.expiresAt ?? '') - Date.now()) / DAY)).toBe(30);

  await page.goto(settings('connections'));
  await expect(page.getByRole('article')).toContainText(
    `Endet am ${shortDate(granted?.expiresAt ?? '')}`,
  );
  await page.getByRole('article').getByRole('link', { name: 'Maklerwelt CRM' }).first().click();
  await expect(heading(page)).toHaveText('Maklerwelt CRM');
  await chooseTime(page, 'Wann die Verbindung endet', /1 Jahr/);
  await page.getByRole('button', { name: 'Ändern' }).click();
  await expect(page.getByText(/Die Verbindung zu Maklerwelt CRM endet am /)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Verlauf' })).toContainText(
    'Sie haben geändert, wann die Verbindung endet',
  );
  await expect(page.getByRole('region', { name: 'Verlauf' })).toContainText(
    /Endet jetzt am .*, vorher am /,
  );
  await chooseTime(page, 'Wann die Verbindung endet', /Unbefristet/);
  await page.getByRole('button', { name: 'Ändern' }).click();
  await expect.poll(async () => (await member.connections())[0]?.expiresAt).toBeNull();
});

test('a connection that is about to end is recalled, and renewed by one click', async ({
  page,
  member,
}) => {
  const { id } = await member.connect();
  await member.limit(id, inDays(5));
  await signIn(page, MEMBER);
  // Folded into a line each, they leave the connections in sight of a small phone.
  await requests(page, ['open', 'approved']);
  await changeAnswer<{ news: object }>(page, /sessions\/current/, ({ news }) => ({
    news: { ...news, approvalRequests: 2 },
  }));
  await recordLayoutShifts(page);
  await resize(page, { width: 360, height: 740 });
  await page.goto(settings('connections'));
  const reminder = page.getByRole('group', { name: /Maklerwelt CRM endet in 5 Tagen/ });
  await expect(page.getByText('1 freigegeben, 1 offen')).toBeVisible();
  await expect(page.getByText('Endet in 5 Tagen: Maklerwelt CRM')).toBeVisible();
  await expect(reminder).toBeHidden();
  await expect(page.getByRole('article').getByRole('link').first()).toBeInViewport({ ratio: 1 });
  // Their places were kept before they came, and nothing moved under the reader's hand.
  expect(await layoutShifts(page)).toEqual([]);
  await page.getByText('Endet in 5 Tagen: Maklerwelt CRM').click();
  await expect(reminder).toBeVisible();
  await expectAccessible(page);
  // On paper: whose connections these are and of when, which and in which order, and nothing to press.
  await resize(page, A4);
  await page.emulateMedia({ media: 'print' });
  const whose = page.getByText(/GmbH · User Musterhaus · Stand: .*20\d\d/);
  await expect(whose).toBeVisible();
  // In line with what it is about, and no heads of columns where each value has its own.
  const start = (part: Locator) =>
    part.evaluate((element) => {
      const { paddingInlineStart } = getComputedStyle(element);
      return element.getBoundingClientRect().left + parseFloat(paddingInlineStart);
    });
  expect(await start(whose)).toBeCloseTo(await start(heading(page)), 1);
  await expect(page.locator('.columns')).toBeHidden();
  await expect(page.getByText('Verbindungen: Aktiv', { exact: true })).toBeVisible();
  await expect(page.getByText('Sortierung: Neueste Erlaubnis zuerst')).toBeVisible();
  await expect(page.getByRole('article')).toContainText('Maklerwelt CRM');
  for (const role of ['button', 'navigation', 'checkbox'] as const) {
    await expect(page.getByRole(role)).toHaveCount(0);
  }
  await page.emulateMedia({ media: 'screen' });
  await reminder.getByRole('button', { name: /^Bis .* verlängern$/ }).click();
  await expect(reminder).toBeHidden();
  const [renewed] = await member.connections();
  expect(Math.round((Date.parse(renewed?.expiresAt ?? '') - Date.now()) / DAY)).toBe(90);
});

test('an ended connection leads back to where it can be connected again', async ({
  page,
  member,
}) => {
  const { id } = await member.connect();
  await member.endConnection(id);
  await signIn(page, MEMBER);
  await page.goto(settings(`connections/${id}`));
  await expect(page.getByRole('link', { name: 'Neu verbinden: Maklerwelt CRM' })).toHaveAttribute(
    'href',
    `${demoUrl()}/connect`,
  );
  const again = await member.connect();
  await page.getByRole('link', { name: 'Zur aktiven Verbindung' }).click();
  await expect(page).toHaveURL(settings(`connections/${again.id}`));
});
