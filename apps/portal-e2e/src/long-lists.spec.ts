import type { Locator, Page } from '@playwright/test';
import { requests } from './harness/approval-samples';
import {
  ADMIN,
  expect,
  expectNoSidewaysScroll,
  portalUrl,
  resize,
  signIn,
  test,
} from './harness/fixtures';
import { manyConnections, type ManyConnections } from './harness/many-connections';

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;
const rows = (page: Page) => page.getByRole('article');
/** Who is offered while one looks for a person. */
const listed = (page: Page) => page.getByRole('listbox').getByRole('option');
const more = (page: Page) => page.getByRole('button', { name: 'Mehr laden' });

let many: ManyConnections;
test.beforeEach(async ({ admin: _admin, member: _member, page }) => {
  many = await manyConnections();
  await signIn(page, ADMIN);
});
test.afterEach(() => many.remove());

/** All 181 active connections. */
async function showAll(page: Page): Promise<void> {
  await page.goto(settings('connections'));
  for (const count of [100, 150, 181]) await loadMore(page, count);
}

/** Until the focus is at the first of the further rows: the page scrolls there, away from a click. */
async function loadMore(page: Page, count: number): Promise<void> {
  const before = Math.ceil(count / 50 - 1) * 50;
  await more(page).click();
  await expect(rows(page)).toHaveCount(count);
  await expect(rows(page).nth(before).getByRole('link')).toBeFocused();
}

/** Requests for the list from now on, and those for what is about to end by itself. */
function countRequests(page: Page): { readonly list: string[]; readonly reminders: string[] } {
  const list: string[] = [];
  const reminders: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (request.method() !== 'GET' || pathname !== '/user/v7/connections') return;
    (search.includes('expiresBefore=') ? reminders : list).push(search);
  });
  return { list, reminders };
}

const place = (page: Page) => page.evaluate(() => window.scrollY);

/** What the reader sees, other than how far the page is scrolled: unpainted rows are taken for as high as most. */
const placeOnScreen = (row: Locator) => row.evaluate((link) => link.getBoundingClientRect().top);

test('ending row 121 keeps the place, puts the focus on the next row, and asks once at most', async ({
  page,
}) => {
  await showAll(page);
  await expect(page.getByText('181 Verbindungen', { exact: true })).toBeVisible();
  const row = rows(page).nth(120);
  const next = (await rows(page).nth(121).getByRole('link').textContent()) ?? '';
  const end = row.getByRole('button', { name: /^Verbindung zu .* beenden$/ });
  await end.hover();
  const before = await place(page);
  expect(before).toBeGreaterThan(3000);
  const requests = countRequests(page);
  await end.click();
  const followed = page.waitForResponse((response) =>
    /\/user\/v7\/connections\?status/.test(response.url()),
  );
  await page.getByRole('dialog').getByRole('button', { name: 'Verbindung beenden' }).click();
  await expect(rows(page)).toHaveCount(180);
  await expect(page.getByText('180 Verbindungen', { exact: true })).toBeVisible();
  await followed;
  await expect(rows(page).nth(120).getByRole('link')).toBeFocused();
  await expect(rows(page).nth(120).getByRole('link')).toHaveText(next);
  expect(Math.abs((await place(page)) - before)).toBeLessThan(200);
  await expect(rows(page)).toHaveCount(180);
  expect(requests.list).toEqual(['?status=active&limit=50']);
  expect(requests.reminders.length).toBeLessThanOrEqual(1);
});

for (const way of ['the browser’s Back', 'the page’s own link'] as const) {
  test(`coming back from a detail by ${way} finds rows, filter, place and focus as they were`, async ({
    page,
  }) => {
    await page.goto(settings('connections?q=nummer&sort=person'));
    await expect(page.getByText('180 Verbindungen gefunden')).toBeVisible();
    for (const count of [100, 150]) await loadMore(page, count);
    const link = rows(page).nth(130).getByRole('link');
    await rows(page).nth(130).getByRole('checkbox').check();
    await link.scrollIntoViewIfNeeded();
    const before = await placeOnScreen(link);
    await link.click();
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    if (way === 'the browser’s Back') await page.goBack();
    else await page.getByRole('link', { name: 'Alle Verbindungen' }).click();
    await expect(page).toHaveURL(/connections\?q=nummer&sort=person$/);
    await expect(rows(page)).toHaveCount(150);
    await expect(link).toBeFocused();
    await expect(link).toBeInViewport();
    await expect(rows(page).nth(130).getByRole('checkbox')).toBeChecked();
    await expect.poll(async () => Math.abs((await placeOnScreen(link)) - before)).toBeLessThan(100);
    await expect(page.getByRole('searchbox')).toHaveValue('nummer');
  });
}

test('search, filter and order are in the address, and a reload keeps them', async ({ page }) => {
  await page.goto(settings('connections'));
  await page.getByRole('searchbox', { name: 'Person oder Anwendung suchen' }).fill('aerger zoe');
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL(/\?q=aerger%20zoe$/);
  await expect(page.getByText('1 Verbindung gefunden')).toBeVisible();
  await page.getByRole('searchbox').fill('');
  await expect(page.getByText('181 Verbindungen', { exact: true })).toBeVisible();
  await page.getByRole('combobox', { name: 'Sortieren' }).selectOption('Nach Person');
  await expect(rows(page).first()).toContainText('Zoë Ärger');
  await page
    .getByRole('combobox', { name: 'Nach Zustand filtern' })
    .selectOption('Seit über 90 Tagen ungenutzt');
  await expect(page.getByText('Nichts gefunden')).toBeVisible();
  await page.reload();
  await expect(page).toHaveURL(/sort=person&health=dormant$/);
  await expect(page.getByText('Nichts gefunden')).toBeVisible();
  await expect(
    page.getByRole('status').filter({ hasText: '0 Verbindungen gefunden' }),
  ).toBeVisible();
  await page.getByRole('link', { name: 'Filter zurücksetzen' }).click();
  await expect(rows(page).first()).toContainText('Zoë Ärger');
  await expect(page.getByRole('heading', { name: 'Aktiv', exact: true })).toBeFocused();
});

test('on a small phone, an admin with own requests reads the first connection without scrolling', async ({
  page,
}) => {
  await requests(page, ['approved', 'open']);
  await resize(page, { width: 360, height: 740 });
  await page.goto(settings('connections'));
  await expect(page.getByText('1 freigegeben, 1 offen')).toBeVisible();
  await expect(rows(page)).toHaveCount(50);
  await expect(rows(page).first()).toBeInViewport({ ratio: 1 });
  // What narrows the list is a touch away, and says how much of it is in use.
  const app = page.getByRole('combobox', { name: 'Nach Anwendung filtern' });
  await expect(app).toBeHidden();
  await page.getByRole('button', { name: 'Filter und Sortierung', exact: true }).click();
  await app.selectOption('Belegscanner');
  await expect(page.getByText('60 Verbindungen gefunden')).toBeVisible();
  const folded = page.getByRole('button', { name: 'Filter (1) und Sortierung' });
  await expect(folded).toHaveAttribute('aria-expanded', 'true');
  await folded.click();
  await expect(app).toBeHidden();
});

test('a person among 63 is found by the keyboard, and nobody is asked for before', async ({
  page,
}) => {
  await resize(page, { width: 320, height: 640 });
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith('/user/v7/users')) asked.push(`${pathname.slice(8)}${search}`);
  });
  await page.goto(settings('connections'));
  await expect(rows(page)).toHaveCount(50);
  expect(asked).toEqual([]);

  await page.getByRole('button', { name: 'Filter und Sortierung' }).click();
  const person = page.getByRole('combobox', { name: 'Nach Person filtern' });
  await person.focus();
  await expect(listed(page).first()).toHaveText('Alle Personen');
  await expect(listed(page).last()).toContainText('43 weitere');
  await page.keyboard.type('aerger');
  await expect(listed(page)).toHaveText([/^Zoë Ärger/]);
  await expectNoSidewaysScroll(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 Verbindung gefunden')).toBeVisible();
  await expect(person).toHaveValue('Zoë Ärger');
  await expect(person).toBeFocused();
  expect(asked).toEqual(['/users?sort=name&limit=20', '/users?sort=name&limit=20&q=aerger']);

  const id = new URL(page.url()).searchParams.get('person');
  await page.reload();
  await expect(person).toHaveValue('Zoë Ärger');
  expect(asked.slice(2)).toEqual([`/users/${id}`]);
  await person.fill('');
  await expect(page.getByText('181 Verbindungen', { exact: true })).toBeVisible();

  await page.goto(settings('connections?person=00000000-0000-4000-8000-000000000000'));
  await expect(person).toHaveValue('Unbekannte Person');
  await expect(page.getByText('Nichts gefunden')).toBeVisible();
});

test('ended connections are listed by their end, the latest first', async ({ page }) => {
  await page.goto(settings('connections?list=ended&app=assistent-desktop'));
  await expect(page.getByText('20 Verbindungen gefunden')).toBeVisible();
  // The first grant ended last.
  await expect(rows(page).first()).toContainText('Nummer 20');
  await expect(rows(page).last()).toContainText('Nummer 01');
});

test('an application that is not offered can be chosen, and all its connections ended', async ({
  page,
}) => {
  await page.goto(settings('connections'));
  await page
    .getByRole('combobox', { name: 'Nach Anwendung filtern' })
    .selectOption('Ältere Anwendung');
  await expect(page.getByText('61 Verbindungen gefunden')).toBeVisible();
  await page.getByRole('button', { name: 'Alle beenden' }).click();
  const dialog = page.getByRole('dialog', { name: '61 Verbindungen zu Ältere Anwendung beenden?' });
  await dialog.getByRole('button', { name: 'Alle beenden' }).click();
  await expect(page.getByText('Ältere Anwendung hat keine aktive Verbindung')).toBeVisible();
});

test('all that a filter lets through can be chosen and ended by one request, and is asked again where it has grown', async ({
  page,
}) => {
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'DELETE') sent.push(new URL(request.url()).search);
  });
  await page.goto(settings('connections?q=nummer'));
  await expect(page.getByText('180 Verbindungen gefunden')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Alle angezeigten auswählen' }).check();
  await expect(page.getByText('50 ausgewählt')).toBeVisible();
  await page
    .getByRole('button', { name: 'Alle 180 auswählen, die zu diesem Filter passen' })
    .click();
  await expect(page.getByText('180 ausgewählt')).toBeVisible();
  const end = page.getByRole('button', { name: 'Ausgewählte beenden' });
  await expect(end).toBeFocused();
  await end.click();
  const dialog = page.getByRole('dialog', { name: '180 Verbindungen beenden?' });
  await expect(dialog).toContainText(
    'Anwendungen: Ältere Anwendung, Belegscanner und Maklerwelt CRM',
  );
  await expect(dialog).toContainText(/Personen: .*Person Nummer 03 und 57 weitere/);
  await many.addOne();
  await dialog.getByRole('button', { name: '180 Verbindungen beenden' }).click();
  const again = page.getByRole('dialog', { name: '181 Verbindungen beenden?' });
  await expect(again).toContainText('Inzwischen sind es mehr');
  await again.getByRole('button', { name: '181 Verbindungen beenden' }).click();
  await expect(page.getByText('181 Verbindungen sind beendet.')).toBeVisible();
  await expect(page.getByText('Nichts gefunden')).toBeVisible();
  expect(sent).toEqual([
    '?q=nummer&status=active&expected=180',
    '?q=nummer&status=active&expected=181',
  ]);
});

test('one row less than all is chosen row by row again', async ({ page }) => {
  await page.goto(settings('connections'));
  await page.getByRole('checkbox', { name: 'Alle angezeigten auswählen' }).check();
  await page.getByRole('button', { name: 'Alle 181 auswählen' }).click();
  await loadMore(page, 100);
  await expect(rows(page).nth(99).getByRole('checkbox')).toBeChecked();
  await rows(page).nth(99).getByRole('checkbox').uncheck();
  await expect(page.getByText('99 ausgewählt')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Alle 181/ })).toBeHidden();
});

test('many can be chosen and ended at once', async ({ page }) => {
  await showAll(page);
  await page.getByRole('checkbox', { name: 'Alle angezeigten auswählen' }).check();
  await expect(page.getByText('181 ausgewählt')).toBeVisible();
  await rows(page).nth(2).getByRole('checkbox').uncheck();
  await expect(page.getByText('180 ausgewählt')).toBeVisible();
  const bar = page.getByRole('region', { name: 'Ausgewählte Verbindungen' });
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    const hidden = await bar.evaluate((element) => {
      const { bottom } = document.activeElement!.getBoundingClientRect();
      return (
        bottom > element.getBoundingClientRect().top && !element.contains(document.activeElement)
      );
    });
    expect(hidden, `stop ${step}`).toBe(false);
  }
  await page.getByRole('button', { name: 'Ausgewählte beenden' }).click();
  const dialog = page.getByRole('dialog', { name: '180 Verbindungen beenden?' });
  await expect(dialog).toContainText(
    'Anwendungen: Ältere Anwendung, Belegscanner und Maklerwelt CRM',
  );
  await expect(dialog).toContainText(
    /Personen: Person Nummer 01, Person Nummer 02, Person Nummer 03 und 58 weitere/,
  );
  // Not all that there are.
  await dialog.getByRole('button', { name: '180 Verbindungen beenden' }).click();
  await expect(page.getByText('180 Verbindungen sind beendet.')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).getByRole('link')).toBeFocused();
  await expect(page.getByText('1 Verbindung', { exact: true })).toBeVisible();
});

test('the focus goes to the first of the further rows, also when the button goes', async ({
  page,
}) => {
  await page.goto(settings('connections?app=many-unlisted'));
  await expect(rows(page)).toHaveCount(50);
  await more(page).focus();
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveCount(61);
  await expect(more(page)).toHaveCount(0);
  await expect(rows(page).nth(50).getByRole('link')).toBeFocused();
});

test('the table holds what the list shows', async ({ page }) => {
  await page.goto(settings('connections?app=many-unlisted&sort=person'));
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Als CSV-Datei herunterladen' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('verbindungen.csv');
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString().trim().split('\r\n');
  expect(lines).toHaveLength(62);
  expect(lines[1]).toContain('Zoë Ärger');
});

test('the team’s page counts everybody, and its search finds whoever is on no page yet', async ({
  page,
}) => {
  await page.goto(settings('team'));
  await expect(page.getByText('63 Personen', { exact: true })).toBeVisible();
  const search = page.getByRole('searchbox', { name: 'Name oder E-Mail-Adresse suchen' });
  await search.fill('nummer 60');
  await expect(page.getByText('1 Person gefunden')).toBeVisible();
  await expect(page.getByRole('rowheader')).toHaveText(/Person Nummer 60/);
  await page.reload();
  await expect(search).toHaveValue('nummer 60');
  await expect(page.getByRole('rowheader')).toHaveCount(1);
  await search.fill('');
  await expect(page.getByText('63 Personen', { exact: true })).toBeVisible();
  // Ä stands before M, wherever the computer has it.
  await expect(page.getByRole('rowheader').first()).toContainText('Zoë Ärger');
  await page.getByRole('combobox', { name: 'Sortieren' }).selectOption('Neueste zuerst');
  await expect(page).toHaveURL(/sort=-createdAt$/);
});

test('coming back from a person’s connections finds Team as long as it was, at that person', async ({
  page,
}) => {
  await page.goto(settings('team'));
  const people = page.getByRole('rowheader');
  await expect(people).toHaveCount(50);
  await page.getByRole('button', { name: 'Mehr laden' }).click();
  await expect(people).toHaveCount(63);
  const link = page.getByRole('link', { name: /^3 aktive Verbindungen von Person Nummer 60/ });
  await link.click();
  await expect(page).toHaveURL(/connections\?person=/);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.goBack();
  await expect(people).toHaveCount(63);
  await expect(link).toBeFocused();
  await expect(link).toBeInViewport();
});
