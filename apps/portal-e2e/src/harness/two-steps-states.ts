import type { Page } from '@playwright/test';
import { expect, OTHER_ADMIN, PASSWORD, portalUrl } from './fixtures';
import { answer, type PortalState, settings, show } from './portal-state';

const FACTOR = '**/user/v7/users/me/second-factor';
const SECRET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CODES = Array.from({ length: 10 }, (_, n) => `k3v9-2mfa-x7qd-94tc-h0wz-8rsd-p5n${n}`);

const enabled = (page: Page, recoveryCodesLeft: number) =>
  page.route(FACTOR, (route) =>
    route.fulfill({
      json: {
        resource: { enabled: true, enabledAt: '2026-11-03T08:30:00.000Z', recoveryCodesLeft },
      },
    }),
  );

/** As far as the code of the app; nothing is switched on. */
export async function setUp(page: Page): Promise<void> {
  await page.route(FACTOR, (route) =>
    route.request().method() === 'GET'
      ? route.continue()
      : route.fulfill({
          status: 201,
          json: {
            resource: {
              secret: SECRET,
              uri: `otpauth://totp/Flixcheck:admin?issuer=Flixcheck&secret=${SECRET}`,
            },
          },
        }),
  );
  await show(page, settings('security'));
  await page.getByRole('button', { name: /^(Einrichten|Set up)$/ }).click();
  await page.getByLabel(/^(Ihr Passwort|Your password)$/).fill(PASSWORD);
  await page.getByRole('button', { name: /^(Weiter|Continue)$/ }).click();
  await expect(page.getByRole('img', { name: /^QR/ })).toBeVisible();
}

/** The sign-in in two steps. */
export const twoStepsSignIn: PortalState[] = [
  {
    name: 'sign-in-code',
    open: async (page) => {
      await answer(page, '**/guest/v7/sessions', 401, { code: 'second_factor_required' });
      await show(page, `${portalUrl()}/portal/sign-in`);
      await page.getByLabel(/^(E-Mail-Adresse|E-mail address)$/).fill(OTHER_ADMIN);
      await page.getByLabel(/^(Passwort|Password)$/).fill(PASSWORD);
      await page.getByRole('button', { name: /^(Anmelden|Sign in)$/ }).click();
      await expect(page.getByLabel(/^(Code aus der App|Code from the app)$/)).toBeFocused();
    },
  },
];

export const twoSteps: PortalState[] = [
  {
    name: 'security-two-steps-on',
    who: OTHER_ADMIN,
    open: async (page) => {
      await enabled(page, 0);
      await show(page, settings('security'));
    },
  },
  { name: 'security-two-steps-scan', who: OTHER_ADMIN, open: setUp },
  {
    name: 'security-two-steps-codes',
    who: OTHER_ADMIN,
    open: async (page) => {
      await setUp(page);
      await page.route(`${FACTOR}/confirmations`, (route) =>
        route.fulfill({ status: 201, json: { resource: { recoveryCodes: CODES } } }),
      );
      await page.getByLabel(/^(Code aus der App|Code from the app)$/).fill('492039');
      await page.getByRole('button', { name: /^(Einschalten|Switch on)$/ }).click();
      await expect(page.getByRole('heading', { level: 3 }).first()).toBeFocused();
    },
  },
];
