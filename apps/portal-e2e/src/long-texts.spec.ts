import type { Page } from '@playwright/test';
import {
  ADMIN,
  authorizeUrl,
  enlargeText,
  expect,
  expectNoSidewaysScroll,
  OPERATOR,
  PortalApi,
  portalUrl,
  resize,
  setTextSize,
  signIn,
} from './harness/fixtures';
import { notAllowed, openAdvanceDialog, policyDialog, requests } from './harness/approval-samples';
import { companies, company, openClosing } from './harness/companies-states';
import { forbiddenApps, nothingOffered } from './harness/connections-states';
import { emailMistakes, newAddress } from './harness/email-states';
import { eraseDialog } from './harness/erasure-states';
import {
  factorDue,
  factorMissing,
  passwordGiven,
  requirement,
  resetPending,
} from './harness/factor-states';
import {
  developersInvited,
  inviteWithErrors,
  openedInvitation,
  openedOfDeveloper,
  openInvitations,
} from './harness/invitation-states';
import { developing, openDeveloped, openTried, waiting } from './harness/developer-states';
import { lengthenAnswers, lengthened, LONGEST, unreadableTexts } from './harness/long-texts';
import { show } from './harness/portal-state';
import { demoMail } from './harness/recovery-states';
import { test } from './harness/one-tab';
import { passkeys, withoutPassword } from './harness/passkey-states';
import { setUp } from './harness/two-steps-states';
import { withSampleConnections } from './harness/sample-connections';

const sample = withSampleConnections();

/** Another device of the admin's, to be signed out. */
test.beforeAll(async ({ playwright }) => {
  const request = await playwright.request.newContext();
  await (await PortalApi.signIn(request, ADMIN)).endOtherSessions();
  await request.dispose();
});

test.use({ contextOptions: { reducedMotion: 'reduce' } });

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;
const button = (page: Page, name: RegExp) => page.getByRole('button', { name });

interface Place {
  open: (page: Page) => Promise<unknown>;
  /** nobody is signed in */
  guest?: boolean;
  operator?: boolean;
}

const dialogOf = async (page: Page, path: string, opener: RegExp): Promise<void> => {
  await page.goto(settings(path));
  await button(page, opener).first().click();
  await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toBeVisible();
};

const PLACES: Record<string, Place> = {
  'registered applications': { operator: true, open: (page) => page.goto(settings('registry')) },
  'a registered application': {
    operator: true,
    open: async (page) => {
      await page.goto(settings('registry?q=maklerwelt-crm'));
      await page.locator('.rows a').first().click();
      await expect(button(page, /^(Löschen|Delete) …$/)).toBeVisible();
    },
  },
  'invited developers': { operator: true, open: (page) => developersInvited(page, lengthened) },
  companies: { operator: true, open: (page) => companies(page, lengthened) },
  'a new company': { operator: true, open: (page) => company(page, 'new', lengthened) },
  'closing a company': { operator: true, open: (page) => openClosing(page, lengthened) },
  'the companies of an application': {
    operator: true,
    open: async (page) => {
      const resources = [{ id: 'b3c5d7e9-1f2a-4b6c-8d0e-2f4a6b8c0d1e', name: 'Beispiel' }];
      await page.route('**/admin/v7/accounts?*', (route) =>
        route.fulfill({ json: lengthened({ resources, meta: { total: 12 } }) }),
      );
      await page.goto(settings('registry/new'));
      await page.locator('#listed-chosen').check();
      await page.locator('fx-company-choices input[type=checkbox]').check();
      await expect(page.locator('fx-picks li')).toHaveCount(1);
    },
  },
  'an application that one looks after': {
    open: async (page) => {
      await developing(page, lengthened);
      await openDeveloped(page);
    },
  },
  'trying an application': {
    open: async (page) => {
      await developing(page, lengthened);
      await openTried(page);
    },
  },
  'changes that developers ask for': {
    operator: true,
    open: (page) => waiting(page, lengthened),
  },
  'sign-in for an application': {
    guest: true,
    open: (page) => page.goto(authorizeUrl()),
  },
  'sign-in for somebody signed in': {
    open: (page) =>
      page.goto(
        `${portalUrl()}/portal/sign-in?returnTo=${encodeURIComponent('/oauth/authorize?clientId=maklerwelt-crm')}`,
      ),
  },
  consent: { open: (page) => page.goto(authorizeUrl()) },
  'leaving after consent': {
    open: async (page) => {
      await page.route('**/user/v7/oauth-codes', (route) =>
        route.fulfill({
          status: 201,
          json: { resource: { code: 'c', expiresAt: '', redirectTo: null } },
        }),
      );
      await page.goto(authorizeUrl());
      await button(page, /^(Verbindung erneuern|Renew connection)$/).click();
      await expect(page.getByRole('status')).toBeVisible();
    },
  },
  'leaving after a refusal': {
    open: async (page) => {
      await page.route(/\/callback/, (route) => route.fulfill({ status: 204 }));
      await page.goto(authorizeUrl());
      await button(page, /^(Ablehnen|Decline)$/).click();
      await expect(page.getByRole('status')).toBeVisible();
    },
  },
  'an application that the company does not allow': {
    open: async (page) => {
      await notAllowed(page, 'declined', 'not_verified', lengthened);
      await page.goto(authorizeUrl());
    },
  },
  'an application that is not intended for the company': {
    open: async (page) => {
      await notAllowed(page, null, 'not_for_account', lengthened);
      await page.goto(authorizeUrl());
    },
  },
  'an error that goes back to the application': {
    open: async (page) => {
      await page.route(/oauth-authorization-request/, (route) =>
        route.fulfill({
          status: 400,
          contentType: 'application/problem+json',
          json: {
            status: 400,
            code: 'invalid_scope',
            detail: LONGEST.description,
            redirectTo: `https://${LONGEST.host}/?error=invalid_scope`,
          },
        }),
      );
      await page.goto(authorizeUrl());
      await button(page, /^(Hier bleiben|Stay here)$/).click();
      await page.locator('summary').click();
    },
  },
  connections: { open: (page) => page.goto(settings('connections')) },
  'ended connections': { open: (page) => page.goto(settings('connections?list=ended')) },
  'available applications': { open: (page) => page.goto(settings('connections?list=apps')) },
  'an application that is no longer allowed': {
    open: (page) => forbiddenApps(page, sample().used, lengthened),
  },
  'ending one': {
    open: (page) => dialogOf(page, 'connections', /^(Verbindung .* beenden|End .*connection)/),
  },
  'ending all of an application': {
    open: (page) => dialogOf(page, 'connections?app=belegscanner', /^(Alle beenden|End all)$/),
  },
  'a connection': { open: (page) => page.goto(settings(`connections/${sample().used}`)) },
  'a connection that has ended': {
    open: (page) => page.goto(settings(`connections/${sample().ended}`)),
  },
  'a connection that needs reconnecting': {
    open: (page) => page.goto(settings(`connections/${sample().refused}`)),
  },
  'a connection that needs reconnecting in the application': {
    open: (page) => nothingOffered(page, sample().refused, { forbidden: false }, lengthened),
  },
  'a connection that needs an approval first': {
    open: (page) => nothingOffered(page, sample().refused, { forbidden: true }, lengthened),
  },
  'a policy that answers requests': { open: (page) => policyDialog(page, lengthened) },
  team: { open: (page) => page.goto(settings('team')) },
  'open invitations': {
    open: async (page) => {
      await openInvitations(page, lengthened);
      await page.goto(settings('team'));
    },
  },
  'inviting people': { open: (page) => inviteWithErrors(page) },
  'an invitation': {
    open: async (page) => {
      await openedInvitation(page, lengthened);
      await page.goto(`${portalUrl()}/portal/invitation#t`);
    },
  },
  'the invitation of a developer': { open: (page) => openedOfDeveloper(page, lengthened) },
  'disabling a person': { open: (page) => dialogOf(page, 'team', /sperren$|^Disable/) },
  'signing a person out': {
    open: (page) => dialogOf(page, 'team', /^(Überall abmelden|Sign out)/),
  },
  'erasing a person': { open: (page) => eraseDialog(page, lengthened) },
  applications: {
    open: async (page) => {
      await requests(page, ['open'], lengthened);
      await page.goto(settings('applications'));
    },
  },
  'allowing an application in advance': {
    open: async (page) => {
      await page.goto(settings('applications'));
      await openAdvanceDialog(page);
    },
  },
  'requests of one’s own': {
    open: async (page) => {
      await requests(page, ['open', 'approved', 'declined', 'declined'], lengthened);
      await page.goto(settings('connections'));
      await page.locator('fx-own-requests summary').first().click();
      await page.locator('fx-own-requests summary').last().click();
    },
  },
  'the mails of the demo': {
    guest: true,
    open: (page) => demoMail(page, { to: LONGEST.person.email, subject: LONGEST.company }),
  },
  'audit trail': { open: (page) => page.goto(settings('audit')) },
  'requiring a second factor': { open: (page) => requirement(page) },
  'a second factor that will be required': { open: (page) => factorDue(page, lengthened) },
  'a second factor that is missing': { open: (page) => factorMissing(page, lengthened) },
  'a second factor that is lost': { open: (page) => resetPending(page, lengthened) },
  'a password of one’s own': { open: (page) => passwordGiven(page) },
  'another e-mail address': { open: (page) => emailMistakes(page) },
  'the link to another address': {
    open: async (page) => {
      await newAddress(page, LONGEST.person.email);
      await show(page, `${settings('security/email')}#${'t'.repeat(43)}`);
      await page.getByRole('definition').filter({ hasText: LONGEST.person.email }).waitFor();
    },
  },
  security: { open: (page) => passkeys(page, LONGEST.application) },
  'a first password': { open: (page) => withoutPassword(page, LONGEST.application) },
  'setting an authenticator app up': { open: (page) => setUp(page) },
  'signing a device out': {
    open: (page) => dialogOf(page, 'security', /(abmelden$|^Sign out .)/i),
  },
  'the account’s panel': {
    open: async (page) => {
      await page.goto(settings('security'));
      await button(page, /^(Konto und Einstellungen|Account and settings)/).click();
    },
  },
};

const ENLARGED = [enlargeText, setTextSize];

const SIZES = [
  { width: 320, height: 640 },
  { width: 768, height: 1024 },
  { width: 1280, height: 860 },
];

for (const [language, locale] of [
  ['German', 'de-DE'],
  ['English', 'en-GB'],
] as const) {
  test.describe(`the longest texts from outside, in ${language}`, () => {
    test.use({ locale });

    for (const [name, { open, guest, operator }] of Object.entries(PLACES)) {
      test(`${name}: nothing is cut, and nothing scrolls sideways`, async ({ page }) => {
        if (!guest) await signIn(page, operator ? OPERATOR : ADMIN);
        await lengthenAnswers(page);
        await open(page);
        await expect(page.getByRole('heading').first()).toBeVisible();
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        for (const size of SIZES) {
          await resize(page, size);
          await expectNoSidewaysScroll(page);
          expect(await unreadableTexts(page), `${size.width} px`).toEqual([]);
        }
        if (language === 'German') {
          // WCAG 1.4.4, in both ways that browsers enlarge text.
          await resize(page, { width: 360, height: 740 });
          for (const enlarge of ENLARGED) {
            await enlarge(page, 200);
            await expectNoSidewaysScroll(page);
            expect(await unreadableTexts(page), 'text at 200 %').toEqual([]);
            await enlarge(page, 100);
          }
        }
      });
    }
  });
}

test('the longest names leave the filters as narrow as they are', async ({ page }) => {
  await signIn(page, ADMIN);
  await lengthenAnswers(page);
  for (const { width, height } of SIZES) {
    await resize(page, { width, height });
    await page.goto(settings('connections'));
    const filters = page.locator('main select');
    const folded = button(page, /^Filter und Sortierung$/);
    await expect(folded.or(filters.first()).first()).toBeVisible();
    if (await folded.isVisible()) await folded.click();
    await expect(filters.first()).toBeVisible();
    await expect(filters.first().locator('option').nth(1)).toBeAttached();
    const person = page.getByRole('combobox', { name: 'Nach Person filtern' });
    await person.click();
    const second = page.getByRole('listbox').getByRole('option').nth(1);
    await expect(second).toContainText(LONGEST.person.email);
    await expectNoSidewaysScroll(page);
    expect(await unreadableTexts(page), `${width} px`).toEqual([]);
    await second.click();
    await expect(page).toHaveURL(/person=/);
    expect((await person.boundingBox())?.width).toBeLessThanOrEqual(Math.min(width - 32, 340));
    await person.fill('');
    await expect(page).toHaveURL(/connections$/);
    for (const filter of await filters.all()) {
      await filter.selectOption({ index: 1 });
      const box = await filter.boundingBox();
      expect(box?.width).toBeLessThanOrEqual(Math.min(width - 32, 340));
      await filter.selectOption({ index: 0 });
    }
  }
});

test('the longest names leave no card under another', async ({ page }) => {
  await signIn(page, ADMIN);
  await lengthenAnswers(page);
  await page.goto(settings('connections?list=apps'));
  await expect(page.locator('.cards article').first()).toBeVisible();
  for (const size of SIZES) {
    await resize(page, size);
    const overlapping = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.cards article')].map((card) =>
        card.getBoundingClientRect(),
      );
      return boxes.filter((one, index) =>
        boxes.some(
          (other, at) =>
            at > index &&
            one.left < other.right - 1 &&
            other.left < one.right - 1 &&
            one.top < other.bottom - 1 &&
            other.top < one.bottom - 1,
        ),
      ).length;
    });
    expect(overlapping, `${size.width} px`).toBe(0);
  }
});

test('breaking what comes from outside breaks none of the portal’s own words', async ({ page }) => {
  await signIn(page, ADMIN);
  for (const path of [
    'connections',
    'connections?list=apps',
    `connections/${sample().used}`,
    'team',
  ]) {
    await show(page, settings(path));
    for (const width of [320, 360, 375, 768, 1280]) {
      await resize(page, { width, height: 800 });
      const broken = await page.evaluate(() => {
        const found: string[] = [];
        const own = 'nav a, button, .fx-button, h1, h2, th, dt, .fx-chip';
        for (const element of document.querySelectorAll(own)) {
          // For screen readers only.
          if (element.clientWidth <= 1) continue;
          const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            for (const word of (node.textContent ?? '').matchAll(/\p{L}+/gu)) {
              const range = document.createRange();
              range.setStart(node, word.index);
              range.setEnd(node, word.index + word[0].length);
              const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
              if (tops.size > 1) found.push(word[0]);
            }
          }
        }
        return found;
      });
      expect(broken, `${path} at ${width} px`).toEqual([]);
    }
  }
});
