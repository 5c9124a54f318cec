import type { Page, Request } from '@playwright/test';
import {
  authorizeUrl,
  demoUrl,
  expect,
  MEMBER,
  pkce,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';

const isCallback = (request: Request): boolean => request.url().startsWith(`${demoUrl()}/callback`);
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('an existing connection is named, what changes against it, and what refusing does to it', async ({
  page,
  member,
}) => {
  await member.connect('read');
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  await expect(heading(page)).toHaveText('Maklerwelt CRM erneut verbinden?');
  const less = page.getByRole('checkbox', { name: 'Nur das Ansehen erlauben' });
  await expect(less).toBeChecked();
  await expect(page.getByText('Die Anwendung darf danach dasselbe wie bisher.')).toBeVisible();
  await less.uncheck();
  await expect(page.getByText('Die Anwendung darf danach mehr als bisher.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Flixchecks anlegen' })).toContainText(
    'neu',
  );
  await expect(
    page.getByRole('listitem').filter({ hasText: 'Flixchecks des Unternehmens und deren Stand' }),
  ).not.toContainText('neu');

  await page.goto(authorizeUrl({ scope: 'read' }));
  await expect(page.getByText('Die Anwendung darf danach dasselbe wie bisher.')).toBeVisible();
  await expect(
    page.getByText('Ablehnen lässt die bestehende Verbindung unverändert.'),
  ).toBeVisible();
  await page.route(`${demoUrl()}/callback**`, (route) => route.fulfill({ status: 204 }));
  const [before] = await member.connections();
  await page.getByRole('button', { name: 'Ablehnen' }).click();
  await expect(page.getByText('Die bestehende Verbindung bleibt unverändert.')).toBeVisible();
  expect(await member.connections()).toEqual([before]);
});

test('less can be allowed than is asked for: the token’s scope and the connection say so', async ({
  page,
  member,
  request,
}) => {
  const { verifier, challenge } = pkce();
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl({ code_challenge: challenge, code_challenge_method: 'S256' }));
  await page.getByRole('checkbox', { name: 'Nur das Ansehen erlauben' }).check();
  await expect(page.getByText('nichts anlegen oder ändern')).toBeVisible();
  await expect(page.locator('.list--yes')).not.toContainText('Flixchecks anlegen und ändern');
  await expect(page.locator('.list--no')).toContainText('Flixchecks anlegen und ändern');
  await page.route(`${demoUrl()}/callback**`, (route) => route.fulfill({ status: 204 }));
  const callback = page.waitForRequest(isCallback);
  await page.getByRole('button', { name: 'Zugriff erlauben' }).click();
  const code = new URL((await callback).url()).searchParams.get('code');
  const answer = await request.post(`${portalUrl()}/guest/v7/oauth-tokens`, {
    data: {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: `${demoUrl()}/callback`,
      client_id: 'maklerwelt-crm',
      client_secret: 'maklerwelt-crm-demo-secret',
    },
  });
  expect(await answer.json()).toMatchObject({ scope: 'read' });
  expect(await member.connections()).toMatchObject([{ scope: 'read' }]);
  await page.goto(`${portalUrl()}/portal/settings/connections`);
  await expect(page.getByRole('article').first()).toContainText('Nur ansehen');
});

test('what was ended while another window asks is not renewed there: it says so', async ({
  page,
  member,
}) => {
  await member.connect();
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  const renew = page.getByRole('button', { name: 'Verbindung erneuern' });
  await expect(renew).toBeVisible();
  const [made] = await member.connections();
  await member.endConnection(made?.id ?? '');
  await renew.click();
  await expect(
    page.getByText('Seit Sie diese Seite geöffnet haben, hat sich etwas geändert.'),
  ).toBeVisible();
  await expect(heading(page)).toHaveText(
    'Maklerwelt CRM möchte in Ihrem Namen mit Flixcheck arbeiten',
  );
  expect(await member.connections()).toEqual([]);

  await page.route(`${demoUrl()}/callback**`, (route) => route.fulfill({ status: 204 }));
  await page.getByRole('button', { name: 'Zugriff erlauben' }).click();
  await expect(page.getByText('Zugriff erlaubt')).toBeVisible();
  expect(await member.connections()).toHaveLength(1);
});
