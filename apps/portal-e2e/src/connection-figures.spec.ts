import type { Locator, Page } from '@playwright/test';
import {
  ADMIN,
  changeAnswer,
  expect,
  MEMBER,
  PortalApi,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';
import { sampleConnections, type SampleConnections } from './harness/sample-connections';

/** What stands side by side on the page of a connection must not contradict itself. */
let sample: SampleConnections;

test.beforeAll(async ({ playwright }) => {
  const request = await playwright.request.newContext();
  await (await PortalApi.signIn(request, ADMIN)).endAllConnections();
  await request.dispose();
  sample = await sampleConnections();
});

test.afterAll(() => sample.remove());

const usage = (page: Page) => page.getByRole('region', { name: /^Nutzung in den/ }).first();
const used = (page: Page) =>
  page
    .getByRole('region', { name: 'Verlauf' })
    .getByRole('listitem')
    .filter({ hasText: 'auf Flixcheck zugegriffen' });

async function daysIn(entries: Locator): Promise<number> {
  const texts = await entries.allInnerTexts();
  return texts.reduce((sum, text) => sum + Number(/an (\d+) Tagen/.exec(text)?.[1] ?? 1), 0);
}

test('the history counts the days of use, as many as the usage of the last 30 days has', async ({
  page,
}) => {
  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/connections/${sample.used}`);
  await expect(used(page).first()).toBeVisible();
  const days = /an (\d+) Tagen/.exec(await usage(page).innerText())?.[1];
  expect(Number(days)).toBeGreaterThan(15);
  expect(await daysIn(used(page))).toBe(Number(days));
});

test('a good connection without use in 30 days says when it was used, not that it is in use', async ({
  page,
}) => {
  await signIn(page, MEMBER);
  const lastUsedAt = new Date(Date.now() - 40 * 86_400_000).toISOString();
  await changeAnswer(page, new RegExp(`/user/v7/connections/${sample.used}$`), () => ({
    health: 'ok',
    lastUsedAt,
    usage: [],
  }));
  await page.goto(`${portalUrl()}/portal/settings/connections/${sample.used}`);
  await expect(usage(page)).toContainText(
    'In den letzten 30 Tagen hat die Anwendung nicht auf Flixcheck zugegriffen.',
  );
  const facts = page.getByRole('region', { name: 'Angaben zur Verbindung' });
  await expect(facts).toContainText(/Zuletzt genutzt vor 1\sMonat\. Probleme sind nicht bekannt\./);
  await expect(facts).not.toContainText('nutzt die Verbindung');
});
