import { request, type Page } from '@playwright/test';
import {
  ADMIN,
  authorizeUrl,
  expect,
  MEMBER,
  OTHER_ADMIN,
  PASSWORD,
  portalUrl,
  signIn,
} from './fixtures';
import { openAdvanceDialog, policyDialog, requests } from './approval-samples';
import { answer, type PortalState, settings, show } from './portal-state';
import { authorize } from './authorize-states';
import { connections } from './connections-states';
import { companiesStates } from './companies-states';
import { developer } from './developer-states';
import { emailStates } from './email-states';
import { erasureStates } from './erasure-states';
import { factors } from './factor-states';
import { invitationStates } from './invitation-states';
import { recovery } from './recovery-states';
import { registry } from './registry-states';
import { passkeyStates } from './passkey-states';
import { twoSteps, twoStepsSignIn } from './two-steps-states';
import type { SampleConnections } from './sample-connections';

/** A list of devices as people have it, not one entry for every test that has run. */
async function signedInElsewhere(page: Page, email: string): Promise<void> {
  const sessions = `${portalUrl()}/user/v7/sessions`;
  expect((await page.context().request.delete(sessions)).status()).toBe(204);
  for (const userAgent of DEVICES) {
    const device = await request.newContext({ userAgent });
    const response = await device.post(`${portalUrl()}/guest/v7/sessions`, {
      data: { resource: { email, password: PASSWORD } },
    });
    expect(response.status()).toBe(201);
    await device.dispose();
  }
}

const DEVICES = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36 Edg/148.0.0.0',
];

const guest: PortalState[] = [
  { name: 'sign-in', open: (page) => show(page, `${portalUrl()}/portal/sign-in`) },
  {
    name: 'sign-in-already',
    who: OTHER_ADMIN,
    open: async (page) => {
      // With a browser that the portal knows: others are not asked who is signed in.
      await show(page, `${portalUrl()}/portal/settings/connections`);
      await show(page, `${portalUrl()}/portal/sign-in`);
    },
  },
  {
    name: 'sign-in-for-application',
    open: async (page) => {
      await show(page, authorizeUrl());
      await expect(page.getByText('Maklerwelt Software GmbH')).toBeVisible();
    },
  },
  {
    name: 'sign-in-incomplete',
    open: async (page) => {
      await show(page, `${portalUrl()}/portal/sign-in`);
      await page.getByRole('button', { name: /^(Anmelden|Sign in)$/ }).click();
      await expect(page.getByLabel(/^(Passwort|Password)$/)).toHaveAttribute(
        'aria-invalid',
        'true',
      );
    },
  },
  {
    name: 'sign-in-signed-out-elsewhere',
    open: async (page) => {
      await show(page, `${portalUrl()}/portal/sign-in`);
      await page.evaluate(() => history.replaceState({ reason: 'signed-out-elsewhere' }, ''));
      await page.reload();
      await expect(page.getByRole('status')).toContainText(/(anderen|another) (T|t)ab/);
    },
  },
  {
    name: 'sign-in-too-many-attempts',
    open: async (page) => {
      await answer(page, '**/guest/v7/sessions', 429, {
        code: 'too_many_attempts',
        retryAfterSeconds: 754,
      });
      await show(page, `${portalUrl()}/portal/sign-in`);
      await page.getByLabel(/^(E-Mail-Adresse|E-mail address)$/).fill(MEMBER);
      await page.getByLabel(/^(Passwort|Password)$/).fill('wrong');
      await page.getByRole('button', { name: /^(Anmelden|Sign in)$/ }).click();
      await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
    },
  },
  ...recovery,
  ...invitationStates.filter(({ who }) => who === undefined),
  ...twoStepsSignIn,
  { name: 'not-found', open: (page) => show(page, `${portalUrl()}/portal/no-such-page`) },
  { name: 'design', bothThemes: true, open: (page) => show(page, `${portalUrl()}/portal/design`) },
];

const others: PortalState[] = [
  {
    name: 'not-found-signed-in',
    who: MEMBER,
    open: async (page) => {
      // Only in a browser where somebody has signed in before is it asked who that is.
      await show(page, settings('security'));
      await show(page, `${portalUrl()}/portal/no-such-page`);
      await expect(page.getByRole('navigation')).toBeVisible();
    },
  },
  { name: 'team', who: ADMIN, open: (page) => show(page, settings('team')) },
  ...invitationStates.filter(({ who }) => who !== undefined),
  {
    name: 'team-disable-dialog',
    who: ADMIN,
    open: async (page) => {
      await show(page, settings('team'));
      await page
        .getByRole('button', { name: /User Musterhaus sperren$|^Disable.*User Musterhaus/ })
        .click();
      await expect(page.getByRole('alertdialog')).toBeVisible();
    },
  },
  {
    name: 'team-sign-out-dialog',
    who: ADMIN,
    open: async (page) => {
      await show(page, settings('team'));
      await page
        .getByRole('button', { name: /^(Überall abmelden|Sign out everywhere): User Musterhaus$/ })
        .click();
      await expect(page.getByRole('alertdialog')).toBeVisible();
    },
  },
  ...erasureStates,
  {
    name: 'applications',
    who: ADMIN,
    open: async (page) => {
      await requests(page, ['open', 'open']);
      await show(page, settings('applications'));
      await page
        .getByRole('button', { name: /^(Ablehnen|Decline)/ })
        .last()
        .click();
    },
  },
  {
    name: 'applications-advance-dialog',
    who: ADMIN,
    open: async (page) => {
      await show(page, settings('applications'));
      await openAdvanceDialog(page);
    },
  },
  {
    name: 'applications-less-dialog',
    who: ADMIN,
    open: async (page) => {
      await show(page, settings('applications'));
      await page.getByRole('radio', { name: /^(Nur einzeln|Selected)/ }).check();
      await page.getByRole('button', { name: /^(Änderung|Apply)/ }).click();
      await expect(page.getByRole('alertdialog')).toBeVisible();
    },
  },
  {
    name: 'applications-policy-dialog',
    who: ADMIN,
    open: (page) => policyDialog(page),
  },
  {
    name: 'audit-trail',
    who: ADMIN,
    open: async (page) => {
      await show(page, settings('audit'));
      await expect(page.getByRole('listitem').filter({ hasText: 'IP' }).first()).toBeVisible();
    },
  },
  { name: 'no-permission', who: MEMBER, open: (page) => show(page, settings('team')) },
  {
    name: 'security',
    who: ADMIN,
    open: async (page) => {
      await signedInElsewhere(page, ADMIN);
      await show(page, settings('security'));
    },
  },
  {
    name: 'security-password',
    who: MEMBER,
    open: async (page) => {
      await signedInElsewhere(page, MEMBER);
      await show(page, settings('security'));
      await page.getByLabel(/^(Neues Passwort|New password)$/).fill('musterhaus-2026');
      await page.getByRole('button', { name: /^(Passwort ändern|Change password)$/ }).click();
      await expect(page.getByLabel(/^(Bisheriges|Current) (Passwort|password)$/)).toHaveAttribute(
        'aria-invalid',
        'true',
      );
    },
  },
  ...emailStates,
  ...passkeyStates,
  ...twoSteps,
  ...factors,
  {
    name: 'account-panel',
    who: MEMBER,
    open: async (page) => {
      await signedInElsewhere(page, MEMBER);
      await show(page, settings('security'));
      await page
        .getByRole('button', { name: /^(Konto und Einstellungen|Account and set)/ })
        .click();
      await expect(
        page.getByRole('button', { name: /^(Abmelden|Sign out)$/ }).last(),
      ).toBeVisible();
    },
  },
  {
    name: 'another-person',
    who: MEMBER,
    open: async (page) => {
      await show(page, settings('security'));
      await page.evaluate(() => history.replaceState({ reason: 'another-person' }, ''));
      await page.reload();
      await expect(page.getByText(/^(In einem anderen Tab|Another tab)/)).toBeVisible();
    },
  },
  {
    name: 'offline',
    who: MEMBER,
    open: async (page) => {
      await show(page, settings('connections'));
      await page.context().setOffline(true);
      await expect(
        page.getByText(/^(Keine Internetverbindung|No internet connection)/),
      ).toBeVisible();
    },
  },
];

export const states: readonly PortalState[] = [
  ...guest,
  ...authorize,
  ...connections,
  ...registry,
  ...companiesStates,
  ...developer,
  ...others,
];

/** Opens one as its viewer, in a browser that knows nobody yet. */
export async function openState(
  page: Page,
  state: PortalState,
  sample: SampleConnections,
): Promise<void> {
  if (state.who) await signIn(page, state.who);
  await state.open(page, sample);
}
