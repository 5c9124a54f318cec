import type { Locator } from '@playwright/test';
import { ADMIN, expect, portalUrl, signIn, test } from './harness/fixtures';
import { sampleConnections, type SampleConnections } from './harness/sample-connections';

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;

let sample: SampleConnections;
test.beforeEach(async ({ admin: _admin, member: _member, page }) => {
  sample = await sampleConnections();
  await page.emulateMedia({ forcedColors: 'active' });
  await signIn(page, ADMIN);
});
test.afterEach(() => sample.remove());

const style = (element: Locator, name: string): Promise<string> =>
  element.evaluate((node, property) => getComputedStyle(node).getPropertyValue(property), name);

test('in colours of the reader’s choice the list that is shown is told from the others', async ({
  page,
}) => {
  await page.goto(settings('connections'));
  const tabs = page.getByRole('navigation', { name: 'Welche Verbindungen' }).getByRole('link');
  await expect(tabs).toHaveCount(3);
  const ground = (index: number) => style(tabs.nth(index), 'background-color');
  expect(await ground(0)).not.toBe(await ground(1));
  expect(await ground(1)).toBe(await ground(2));
  const places = page.getByRole('navigation', { name: 'Einstellungen' }).getByRole('link');
  expect(await style(places.first(), 'background-color')).not.toBe(
    await style(places.last(), 'background-color'),
  );
});

test('in colours of the reader’s choice a choice still has its arrow', async ({ page }) => {
  await page.goto(settings('connections'));
  const choice = page.getByRole('combobox', { name: 'Nach Anwendung filtern' });
  expect(await style(choice, 'appearance')).not.toBe('none');
  // The browser has no arrow of its own for a field to type in.
  const person = page.getByRole('combobox', { name: 'Nach Person filtern' });
  await expect(person).toHaveCSS('background-image', /gradient/);
  await expect(person).toHaveCSS('background-color', await style(choice, 'background-color'));
});

test('in colours of the reader’s choice the bars of the usage are seen', async ({ page }) => {
  await page.goto(settings(`connections/${sample.used}`));
  const bars = page.locator('.bars .bar:not(.bar--none)');
  await expect(bars.first()).toBeVisible();
  const card = page.getByRole('region', { name: 'Nutzung in den letzten 30 Tagen' }).first();
  expect(await style(bars.first(), 'background-color')).not.toBe(
    await style(card, 'background-color'),
  );
});

test('in colours of the reader’s choice the chosen language is told from the other', async ({
  page,
}) => {
  await page.goto(settings('connections'));
  await page.getByRole('button', { name: /^Konto und Einstellungen/ }).click();
  const panel = page.getByRole('group', { name: 'Konto, Sprache und Darstellung' });
  const chosen = panel.getByText('Deutsch').locator('xpath=..');
  expect(await style(chosen, 'background-color')).not.toBe(await style(panel, 'background-color'));
});
