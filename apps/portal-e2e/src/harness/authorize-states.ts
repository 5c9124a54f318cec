import type { Page } from '@playwright/test';
import { notAllowed } from './approval-samples';
import { ADMIN, authorizeUrl, expect, MEMBER, OTHER_ADMIN, pkce } from './fixtures';
import { answer, type PortalState, show } from './portal-state';

const unverifiedRequest = (): string =>
  authorizeUrl({
    clientId: 'assistent-desktop',
    redirectUri: 'http://127.0.0.1:51234/callback',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
  });

const allow = (page: Page) =>
  page.getByRole('button', { name: /^(Zugriff erlauben|Allow access)$/ });

export const authorize: PortalState[] = [
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
