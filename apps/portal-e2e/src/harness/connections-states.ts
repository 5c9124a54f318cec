import type { Page } from '@playwright/test';
import { requests } from './approval-samples';
import { ADMIN, expect, MEMBER, OPERATOR, OTHER_ADMIN } from './fixtures';
import { answer, type PortalState, settings, show } from './portal-state';

/** As if the company allowed the application no more that the person is connected to. */
export async function forbiddenApps(
  page: Page,
  connectionId: string,
  change = (answer: unknown): unknown => answer,
): Promise<void> {
  await page.route(/\/user\/v7\/oauth-clients\?/, async (route) => {
    const other = route.request().url().replace('allowed=false', 'allowed=true');
    const response = await route.fetch({ url: other });
    const { resources, meta } = await response.json();
    const asked = route.request().url() !== other;
    const kept = resources.filter(
      ({ clientId }: { clientId: string }) => (clientId === 'maklerwelt-crm') === asked,
    );
    const json = { resources: kept.map((each: object) => ({ ...each, connectionId })), meta };
    await route.fulfill({ response, json: change(json) });
  });
  await show(page, settings('connections?list=apps'));
}

/** As if nothing were offered, and the company allowed no more what the person is connected to. */
export async function nothingOffered(
  page: Page,
  connectionId: string,
  { forbidden }: { forbidden: boolean },
  change = (answer: unknown): unknown => answer,
): Promise<void> {
  await page.route(/\/user\/v7\/oauth-clients(\?|$)/, async (route) => {
    const url = route.request().url();
    const response = await route.fetch({ url: url.replace('allowed=false', 'allowed=true') });
    const { resources } = await response.json();
    const answered = forbidden && url.includes('allowed=false') ? resources : [];
    await route.fulfill({ response, json: change({ resources: answered, meta: {} }) });
  });
  await show(page, settings(`connections/${connectionId}`));
  await expect(page.locator('fx-connect-again p').first()).toBeVisible();
}

const EVENT = { detail: null, scope: null, inAdvance: false, former: null };

/** Renewed with other rights and another end, and limited before. */
async function changedHistory(page: Page, used: string): Promise<void> {
  const [spring, summer] = ['2030-03-20T08:00:00.000Z', '2030-06-20T08:00:00.000Z'];
  await page.route(/\/events(\?|$)/, async (route) => {
    const response = await route.fetch();
    const { resources } = await response.json();
    const actor = resources.find(({ actor: by }: { actor: object | null }) => by)?.actor ?? null;
    const events = [
      {
        type: 'renewed',
        scope: 'readwrite',
        former: { scope: 'read', expiresAt: spring },
      },
      { type: 'limit_changed', detail: spring, former: { scope: 'read', expiresAt: summer } },
      {
        type: 'renewed',
        scope: 'read',
        detail: summer,
        former: { scope: 'readwrite', expiresAt: null },
      },
      { type: 'granted', scope: 'readwrite' },
    ].map((event, index) => {
      const at = `2026-11-${20 - index}T08:00:00.000Z`;
      return { ...EVENT, ...event, id: String(index + 1), at, actor };
    });
    await route.fulfill({ response, json: { resources: events, meta: {} } });
  });
  await show(page, settings(`connections/${used}`));
  await expect(page.locator('fx-connection-events .changes').first()).toBeVisible();
}

export const connections: PortalState[] = [
  {
    name: 'connections-apps-forbidden',
    who: MEMBER,
    open: (page, { used }) => forbiddenApps(page, used),
  },
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
    name: 'connection-changed',
    who: MEMBER,
    open: (page, { used }) => changedHistory(page, used),
  },
  {
    name: 'connection-reduce-dialog',
    who: MEMBER,
    open: async (page, { used }) => {
      await show(page, settings(`connections/${used}`));
      await page.getByRole('button', { name: /^(Auf das Ansehen beschränken|Reduce to)/ }).click();
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
    name: 'connections-chosen-all',
    who: MEMBER,
    open: async (page) => {
      await page.route(/\/user\/v7\/connections\?status=active&q=/, async (route) => {
        const response = await route.fetch();
        const meta = { total: 1200, nextCursor: 'more' };
        await route.fulfill({ response, json: { ...(await response.json()), meta } });
      });
      await show(page, settings('connections?q=a'));
      await page.getByRole('checkbox').first().check();
      await expect(page.getByRole('button', { name: /1[.,]200/ })).toBeVisible();
    },
  },
  {
    name: 'connections-of-operator',
    who: OPERATOR,
    open: async (page) => {
      await show(page, settings('connections'));
      await expect(page.getByText(/Was Flixcheck registriert|What Flixcheck has/)).toBeVisible();
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
    name: 'connection-refused-elsewhere',
    who: ADMIN,
    open: (page, { refused }) => nothingOffered(page, refused, { forbidden: false }),
  },
  {
    name: 'connection-refused-forbidden',
    who: ADMIN,
    open: (page, { refused }) => nothingOffered(page, refused, { forbidden: true }),
  },
  {
    name: 'connection-not-found',
    who: MEMBER,
    open: (page) => show(page, settings('connections/00000000-0000-4000-8000-000000000000')),
  },
];
