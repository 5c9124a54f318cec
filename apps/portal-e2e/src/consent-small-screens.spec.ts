import type { Page } from '@playwright/test';
import {
  authorizeUrl,
  changeAnswer,
  expect,
  expectNoSidewaysScroll,
  MEMBER,
  resize,
  setTextSize,
  signIn,
  test,
} from './harness/fixtures';
import { LONGEST } from './harness/long-texts';

/** What the API says about the request, without what tests change about it. */
interface AuthorizationRequest {
  client: Record<string, unknown>;
  scope: string;
  scopes: string[];
  redirectHost: string;
  redirectUri: string;
  user: Record<string, unknown>;
  account: Record<string, unknown>;
  existingConnection: object | null;
}

const existing = (scope: string) => ({
  id: '7b0f3c2e-3c1f-4c3c-9d5a-0a4f0d9f6b11',
  scope,
  grantedAt: new Date(Date.now() - 143 * 86_400_000).toISOString(),
  lastUsedAt: new Date().toISOString(),
});
const UNVERIFIED = {
  name: 'Assistent Desktop',
  publisher: 'Assistent Labs GmbH',
  publisherVerified: false,
};
const asksOnlyToRead = { scope: 'read', scopes: ['read'] };

const STATES: Record<string, (request: AuthorizationRequest) => Partial<AuthorizationRequest>> = {
  verified: () => ({}),
  unverified: ({ client }) => ({ client: { ...client, ...UNVERIFIED } }),
  'native application': ({ client }) => ({
    client: { ...client, ...UNVERIFIED, kind: 'public' },
    redirectUri: 'http://127.0.0.1:51234/callback',
    redirectHost: '127.0.0.1:51234',
  }),
  'already connected': () => ({ existingConnection: existing('readwrite') }),
  'wider than before': () => ({ existingConnection: existing('read') }),
  'narrower than before': () => ({
    ...asksOnlyToRead,
    existingConnection: existing('readwrite'),
  }),
  'unverified and narrower': ({ client }) => ({
    ...asksOnlyToRead,
    client: { ...client, ...UNVERIFIED },
    existingConnection: existing('readwrite'),
  }),
  'long names, unverified, wider': ({ client, user, account }) => ({
    client: {
      ...client,
      name: LONGEST.application,
      publisher: LONGEST.publisher,
      publisherVerified: false,
    },
    redirectHost: LONGEST.host,
    user: { ...user, ...LONGEST.person },
    account: { ...account, name: LONGEST.company },
    existingConnection: existing('read'),
  }),
};

const WIDTHS = [320, 360, 390, 430];
const HEIGHTS = [640, 740, 844, 932];

interface Seen {
  /** The first scroll position at which any of the button that allows is on the screen. */
  buttonAt: number | null;
  /** What says what is allowed, and the warning, that had not been on the screen whole by then. */
  unseen: string[];
  /** Of them, what can be seen together with the button. */
  besideButton: number;
  /** At the end of the page: what the button's bar still covers. */
  covered: string[];
}

/** Scrolls down as a thumb does, and notes what has been in sight when. */
function scrollThrough(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const needed = [
      ...document.querySelectorAll<HTMLElement>(
        '.what .list--yes li, .what .fx-notice, .dropped li',
      ),
    ];
    const button = document.querySelector('.answers .fx-button--primary') as HTMLElement;
    const bar = document.querySelector('.answers') as HTMLElement;
    const inSight = (element: HTMLElement) => {
      const { top, bottom } = element.getBoundingClientRect();
      const barTop = bar.getBoundingClientRect().top;
      return top >= -1 && bottom <= Math.min(innerHeight, barTop) + 1;
    };
    const end = document.documentElement.scrollHeight - innerHeight;
    const seen = new Set<HTMLElement>();
    let buttonAt: number | null = null;
    let unseen: HTMLElement[] = [];
    let besideButton = 0;
    for (let position = 0; ; position = Math.min(position + 24, end)) {
      scrollTo({ top: position, behavior: 'instant' });
      for (const element of needed) if (inSight(element)) seen.add(element);
      if (buttonAt === null && button.getBoundingClientRect().top < innerHeight) {
        buttonAt = position;
        unseen = needed.filter((element) => !seen.has(element));
        besideButton = needed.filter(inSight).length;
      }
      if (position >= end) break;
    }
    const covered = [...document.querySelectorAll<HTMLElement>('main li, main a, main dd')].filter(
      (element) => {
        const { bottom } = element.getBoundingClientRect();
        return !bar.contains(element) && bottom > bar.getBoundingClientRect().top + 1;
      },
    );
    const words = (elements: HTMLElement[]) => elements.map(({ innerText }) => innerText);
    return { buttonAt, unseen: words(unseen), besideButton, covered: words(covered) };
  });
}

for (const [language, locale] of [
  ['German', 'de-DE'],
  ['English', 'en-GB'],
] as const) {
  test.describe(`consent on small screens in ${language}`, () => {
    test.use({ locale });

    for (const [state, change] of Object.entries(STATES)) {
      test(`${state}: no answer can be given before every right and the warning were on the screen`, async ({
        page,
      }) => {
        await signIn(page, MEMBER);
        await changeAnswer(page, /oauth-authorization-request/, change);
        for (const percent of [100, 130]) {
          await setTextSize(page, percent);
          await page.goto(authorizeUrl());
          await expect(page.locator('.what .list--yes li').first()).toBeVisible();
          for (const width of WIDTHS) {
            for (const height of HEIGHTS) {
              await resize(page, { width, height });
              const seen = await scrollThrough(page);
              const where = `${width} × ${height}, text at ${percent} %`;
              expect(seen.unseen, where).toEqual([]);
              expect(seen.covered, where).toEqual([]);
              expect(seen.buttonAt, where).not.toBeNull();
              if (percent === 100 && !state.startsWith('long')) {
                expect(seen.besideButton, where).toBeGreaterThan(0);
              }
              await expectNoSidewaysScroll(page);
            }
          }
        }
      });
    }
  });
}

for (const [trouble, button] of [
  ['500', 'Zugriff erlauben'],
  ['401', 'Neu anmelden'],
] as const) {
  test(`what the answer came to stands beside the button, not behind it: ${trouble}`, async ({
    page,
    member: _,
  }) => {
    await signIn(page, MEMBER);
    await page.route('**/user/v7/oauth-codes', (route) =>
      route.fulfill({
        status: Number(trouble),
        contentType: 'application/problem+json',
        json: {
          status: Number(trouble),
          code: trouble === '401' ? 'session_required' : 'internal_error',
        },
      }),
    );
    for (const width of WIDTHS) {
      for (const height of HEIGHTS) {
        await resize(page, { width, height });
        await page.goto(authorizeUrl());
        await page.getByRole('button', { name: 'Zugriff erlauben' }).click();
        const alert = page.locator('fx-consent').getByRole('alert');
        await expect(alert).toBeFocused();
        await expect(alert).toBeInViewport({ ratio: 1 });
        const hidden = await alert.evaluate((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          const points = [top + 2, (top + bottom) / 2, bottom - 2];
          return points.filter(
            (y) => !element.contains(document.elementFromPoint((left + right) / 2, y)),
          );
        });
        expect(hidden, `${width} × ${height}`).toEqual([]);
        await expect(page.getByRole('button', { name: button })).toBeInViewport();
      }
    }
  });
}

test('on a phone, how long the access lasts can be chosen without scrolling past the answers', async ({
  page,
  member: _,
}) => {
  await signIn(page, MEMBER);
  await resize(page, { width: 360, height: 740 });
  await page.goto(authorizeUrl());
  const duration = page.getByLabel('Gültigkeit');
  await expect(duration).toBeInViewport({ ratio: 1 });
  const below = await duration.evaluate((element) => {
    const answers = document.querySelector('.answers') as HTMLElement;
    return element.getBoundingClientRect().bottom - answers.getBoundingClientRect().top;
  });
  expect(below).toBeLessThanOrEqual(0);
});

test('on a laptop the whole decision is on the screen', async ({ page, member: _ }) => {
  await signIn(page, MEMBER);
  await changeAnswer(page, /oauth-authorization-request/, STATES['already connected']!);
  await resize(page, { width: 1366, height: 650 });
  await page.goto(authorizeUrl());
  await expect(page.getByLabel('Gültigkeit')).toBeInViewport({ ratio: 1 });
  for (const name of ['Ablehnen', 'Verbindung erneuern']) {
    await expect(page.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  }
});

test('what takes the focus is never behind the answers', async ({ page, member: _ }) => {
  await signIn(page, MEMBER);
  await resize(page, { width: 320, height: 640 });
  await page.goto(authorizeUrl());
  const bar = page.locator('.answers');
  await expect(bar).toBeVisible();
  const seen: string[] = [];
  for (let steps = 0; steps < 20; steps += 1) {
    await page.keyboard.press('Tab');
    const { name, covered, done } = await bar.evaluate((answers) => {
      const active = document.activeElement as HTMLElement;
      const edge = answers.getBoundingClientRect().top;
      return {
        name: active.id || active.innerText.trim(),
        covered: active.getBoundingClientRect().bottom > edge,
        done: answers.contains(active),
      };
    });
    if (done) break;
    seen.push(name);
    expect(covered, name).toBe(false);
  }
  expect(seen).toContain('consent-time-limit');
  expect(seen.join()).toMatch(/Verbindungen.*Datenschutzhinweise/);
});
