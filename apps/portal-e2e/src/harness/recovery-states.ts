import type { Page } from '@playwright/test';
import { expect, MEMBER, portalUrl } from './fixtures';
import { type PortalState, show } from './portal-state';

const sampleMail = () => ({
  id: '2b0c8a52-4c3e-4f0e-8c4b-64f1d7a9f3c1',
  at: '2026-11-25T20:04:00.000Z',
  to: MEMBER,
  subject: 'Neues Passwort für Flixcheck',
  text: `Guten Tag!\n\nMit diesem Link setzen Sie ein neues Passwort:\n${portalUrl()}/portal/reset-password#${'t'.repeat(43)}\n`,
  html: '',
});

/** The demo's mailbox with one mail in it. */
export async function demoMail(page: Page, texts: object = {}): Promise<void> {
  await page.route('**/guest/v7/demo-mails', (route) =>
    route.fulfill({ json: { resources: [{ ...sampleMail(), ...texts }], meta: {} } }),
  );
  await show(page, `${portalUrl()}/portal/demo/mail`);
}

/** A link has been asked for, by an installation that sends its mails, or by a demo. */
export async function recoverySent(page: Page, from: string | null): Promise<void> {
  await page.route('**/guest/v7/mail-origin', (route) =>
    route.fulfill({ json: { resource: { from, mailbox: from === null } } }),
  );
  await page.route('**/guest/v7/password-recoveries', (route) => route.fulfill({ status: 204 }));
  await show(page, `${portalUrl()}/portal/forgot-password`);
  await page.getByLabel(/^(E-Mail-Adresse|E-mail address)$/).fill(MEMBER);
  await page.getByRole('button', { name: /^(Link anfordern|Request link)$/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
}

async function linkIsGood(page: Page): Promise<void> {
  await page.route('**/guest/v7/password-recoveries/lookups', (route) =>
    route.fulfill({ json: { resource: { expiresAt: '2026-11-25T20:34:00.000Z' } } }),
  );
}

/** Forgotten passwords, and the mails of the demo. */
export const recovery: PortalState[] = [
  {
    name: 'forgot-password',
    open: (page) => show(page, `${portalUrl()}/portal/forgot-password`),
  },
  {
    name: 'forgot-password-sent',
    open: (page) => recoverySent(page, 'Flixcheck <connect@flixcheck.example>'),
  },
  { name: 'forgot-password-sent-demo', open: (page) => recoverySent(page, null) },
  {
    name: 'reset-password',
    open: async (page) => {
      await linkIsGood(page);
      await show(page, `${portalUrl()}/portal/reset-password#${'t'.repeat(43)}`);
      await page.getByRole('button', { name: /^(Passwort setzen|Set password)$/ }).click();
      await expect(page.getByLabel(/^(Neues Passwort|New password)$/)).toBeFocused();
    },
  },
  {
    name: 'reset-password-used',
    open: (page) => show(page, `${portalUrl()}/portal/reset-password#${'t'.repeat(43)}`),
  },
  {
    name: 'reset-password-reloaded',
    open: (page) => show(page, `${portalUrl()}/portal/reset-password`),
  },
  {
    name: 'not-me',
    open: (page) => show(page, `${portalUrl()}/portal/not-me#${'t'.repeat(43)}`),
  },
  {
    name: 'not-me-done',
    open: async (page) => {
      await page.route('**/guest/v7/sessions/disavowals', (route) =>
        route.fulfill({ json: { resource: { token: 't'.repeat(43) } } }),
      );
      await linkIsGood(page);
      await page.route('**/guest/v7/password-recoveries/completions', (route) =>
        route.fulfill({ status: 204 }),
      );
      await show(page, `${portalUrl()}/portal/not-me#${'t'.repeat(43)}`);
      await page.getByRole('button', { name: /^(Alle abmelden|Sign)/ }).click();
      await page.getByLabel(/^(Neues Passwort|New password)$/).fill('sieben-lila-regenschirme');
      await page.getByRole('button', { name: /^(Passwort setzen|Set password)$/ }).click();
      await expect(page.getByText(/(übrigen Verbindungen|other connections)/)).toBeVisible();
    },
  },
  {
    name: 'keep-factor',
    open: (page) => show(page, `${portalUrl()}/portal/keep-factor#${'t'.repeat(43)}`),
  },
  {
    name: 'keep-factor-stopped',
    open: async (page) => {
      await page.route('**/guest/v7/factor-resets/stops', (route) =>
        route.fulfill({ status: 204 }),
      );
      await show(page, `${portalUrl()}/portal/keep-factor#${'t'.repeat(43)}`);
      await page.getByRole('button', { name: /^(Nicht zurücksetzen|Do not reset)$/ }).click();
      await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    },
  },
  {
    name: 'keep-factor-too-late',
    open: async (page) => {
      await show(page, `${portalUrl()}/portal/keep-factor#${'t'.repeat(43)}`);
      await page.getByRole('button', { name: /^(Nicht zurücksetzen|Do not reset)$/ }).click();
      await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
    },
  },
  {
    name: 'demo-mail',
    open: (page) => demoMail(page),
  },
];
