import { request, type Page } from '@playwright/test';
import {
  ADMIN,
  authorizeUrl,
  expect,
  MEMBER,
  OTHER_ADMIN,
  PASSWORD,
  pkce,
  portalUrl,
  signIn,
} from './fixtures';
import { notAllowed, openAdvanceDialog, requests } from './approval-samples';
import { answer, type PortalState, settings, show } from './portal-state';
import { developer } from './developer-states';
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

const unverifiedRequest = (): string =>
  authorizeUrl({
    clientId: 'assistent-desktop',
    redirectUri: 'http://127.0.0.1:51234/callback',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
  });

const allow = (page: Page) =>
  page.getByRole('button', { name: /^(Zugriff erlauben|Allow access)$/ });

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

const authorize: PortalState[] = [
  { name: 'authorize', who: OTHER_ADMIN, open: (page) => show(page, authorizeUrl()) },
  {
    name: 'authorize-unverified-read',
    who: OTHER_ADMIN,
    open: (page) => show(page, `${unverifiedRequest()}`.replace('scope=readwrite', 'scope=read')),
  },
  {
    name: 'authorize-less-than-before',
    who: MEMBER,
    open: (page) => show(page, authorizeUrl({ scope: 'read' })),
  },
  {
    name: 'authorize-less-than-asked',
    who: OTHER_ADMIN,
    open: async (page) => {
      await show(page, authorizeUrl());
      await page.getByRole('checkbox').check();
    },
  },
  { name: 'authorize-more-than-before', who: ADMIN, open: (page) => show(page, authorizeUrl()) },
  {
    name: 'authorize-session-ended',
    who: OTHER_ADMIN,
    open: async (page) => {
      await answer(page, '**/user/v7/oauth-codes', 401, { code: 'session_required' });
      await show(page, authorizeUrl());
      await allow(page).click();
      await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
    },
  },
  {
    name: 'authorize-not-allowed',
    who: OTHER_ADMIN,
    open: async (page) => {
      await notAllowed(page, null);
      await show(page, authorizeUrl());
    },
  },
  {
    name: 'authorize-not-for-account',
    who: OTHER_ADMIN,
    open: async (page) => {
      await notAllowed(page, null, 'not_for_account');
      await show(page, authorizeUrl());
    },
  },
  {
    name: 'authorize-approval-requested',
    who: OTHER_ADMIN,
    open: async (page) => {
      await notAllowed(page, 'open');
      await show(page, authorizeUrl());
    },
  },
  {
    name: 'authorize-approval-declined',
    who: OTHER_ADMIN,
    open: async (page) => {
      await notAllowed(page, 'declined', 'blocked');
      await show(page, unverifiedRequest());
    },
  },
  {
    name: 'authorize-leaving',
    who: OTHER_ADMIN,
    open: async (page) => {
      await page.route('**/user/v7/oauth-codes', (route) =>
        route.fulfill({
          status: 201,
          json: { resource: { code: 'code', expiresAt: '', redirectTo: null } },
        }),
      );
      await show(page, authorizeUrl());
      await allow(page).click();
      await expect(page.getByRole('status')).toBeVisible();
    },
  },
  {
    name: 'authorize-unknown-client',
    who: MEMBER,
    open: (page) => show(page, authorizeUrl({ clientId: 'nobody-knows' })),
  },
  {
    name: 'authorize-redirect-uri',
    who: MEMBER,
    open: (page) => show(page, authorizeUrl({ redirectUri: 'https://evil.example/callback' })),
  },
  {
    name: 'authorize-back-to-application',
    who: MEMBER,
    open: async (page) => {
      await show(page, authorizeUrl({ scope: 'everything' }));
      // It would leave while it is being looked at.
      await page.getByRole('button', { name: /^(Hier bleiben|Stay here)$/ }).click();
    },
  },
  {
    name: 'authorize-unavailable',
    who: MEMBER,
    open: async (page) => {
      await answer(page, /oauth-authorization-request/, 503, { code: 'service_unavailable' });
      await show(page, authorizeUrl());
    },
  },
];

const connections: PortalState[] = [
  {
    name: 'connections-of-account',
    who: ADMIN,
    open: (page) => show(page, settings('connections')),
  },
  {
    name: 'connections-own',
    who: MEMBER,
    open: async (page) => {
      await show(page, settings('connections'));
      await page.locator('fx-ending-soon summary').click();
      await expect(
        page.getByRole('button', { name: /^(Bis .* verlängern|Extend until .*)$/ }),
      ).toBeVisible();
    },
  },
  {
    name: 'connections-approval-requests',
    who: MEMBER,
    open: async (page) => {
      await requests(page, ['open', 'approved', 'declined', 'declined']);
      await show(page, settings('connections'));
      // The reminder stays folded.
      await page.locator('fx-own-requests summary').first().click();
      await expect(page.getByRole('region', { name: /^(Ihre Anf|Your req)/ })).toBeVisible();
    },
  },
  {
    name: 'connections-filtered',
    who: ADMIN,
    open: async (page) => {
      await show(page, settings('connections?app=belegscanner'));
      await expect(page.getByRole('button', { name: /^(Alle beenden|End all)$/ })).toBeVisible();
    },
  },
  {
    name: 'connections-person-search',
    who: ADMIN,
    open: async (page) => {
      await show(page, settings('connections'));
      // Folded where there is little room.
      const filters = page.getByRole('button', { name: /^Filter/ });
      if (await filters.isVisible()) await filters.click();
      await page.locator('fx-person-picker input').fill('muster');
      await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(2);
      await page.keyboard.press('ArrowDown');
    },
  },
  {
    name: 'connections-none',
    who: OTHER_ADMIN,
    open: (page) => show(page, settings('connections')),
  },
  {
    name: 'connections-ended',
    who: ADMIN,
    open: (page) => show(page, settings('connections?list=ended')),
  },
  {
    name: 'connections-unavailable',
    who: MEMBER,
    open: async (page) => {
      await answer(page, /\/user\/v7\/connections\?/, 503, { code: 'service_unavailable' });
      await show(page, settings('connections'));
      await expect(page.getByRole('alert').first()).toBeVisible();
    },
  },
  {
    name: 'connection-end-dialog',
    who: MEMBER,
    open: async (page) => {
      await show(page, settings('connections'));
      await page.getByRole('button', { name: /Maklerwelt CRM( beenden)?$/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'connection',
    who: MEMBER,
    open: async (page, { used }) => {
      await show(page, settings(`connections/${used}`));
      await expect(
        page
          .getByRole('region', { name: /^(Verlauf|History)$/ })
          .getByRole('listitem')
          .first(),
      ).toBeVisible();
    },
  },
  {
    name: 'connection-reduce-dialog',
    who: MEMBER,
    open: async (page, { used }) => {
      await show(page, settings(`connections/${used}`));
      await page.getByRole('button', { name: /^(Auf Lesen beschränken|Reduce to)/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'connections-chosen',
    who: MEMBER,
    open: async (page) => {
      await show(page, settings('connections'));
      await page.getByRole('checkbox').first().check();
      await expect(
        page.getByRole('region', { name: /^(Ausgewählte Verbindungen|Selected connections)$/ }),
      ).toBeVisible();
    },
  },
  {
    name: 'connection-limited',
    who: MEMBER,
    open: (page, { limited }) => show(page, settings(`connections/${limited}`)),
  },
  {
    name: 'connection-ended',
    who: ADMIN,
    open: (page, { ended }) => show(page, settings(`connections/${ended}`)),
  },
  {
    name: 'connection-refused',
    who: ADMIN,
    open: async (page, { refused }) => {
      await show(page, settings(`connections/${refused}`));
      await expect(page.getByRole('link', { name: /^(Neu verbinden|Reconnect)/ })).toBeVisible();
    },
  },
  {
    name: 'connection-not-found',
    who: MEMBER,
    open: (page) => show(page, settings('connections/00000000-0000-4000-8000-000000000000')),
  },
];

const others: PortalState[] = [
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
  ...passkeyStates,
  ...twoSteps,
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
