import { expect, type Page } from '@playwright/test';
import { changeAnswer, portalUrl } from './fixtures';

const ASKED = {
  id: '5b0c6c1e-7a4f-4f0e-9d55-2f9b6f0a1c77',
  requestedAt: '2026-11-24T08:15:00.000Z',
};
const DECIDED = { decidedAt: '2026-11-24T10:40:00.000Z', answer: 'Bitte erst ab Januar.' };

/** What becomes of the texts on the way. */
type Texts = (value: unknown) => unknown;

/** The authorize page as somebody sees it whose company does not allow the application. */
export function notAllowed(
  page: Page,
  status: 'open' | 'declined' | null,
  reason = 'not_selected',
  texts: Texts = (value) => value,
): Promise<void> {
  const request = status && {
    ...ASKED,
    status,
    ...(status === 'declined' ? DECIDED : { decidedAt: null, answer: '' }),
  };
  return changeAnswer(
    page,
    /oauth-authorization-request/,
    (shown) => texts({ ...shown, refusal: { reason, mayDecide: false, request } }) as object,
  );
}

/** Requests of the signed-in company, as its lists show them. */
export async function requests(
  page: Page,
  statuses: ('open' | 'approved' | 'declined')[],
  texts: Texts = (value) => value,
): Promise<void> {
  const answer = await page
    .context()
    .request.get(`${portalUrl()}/user/v7/account-policy/oauth-clients`);
  const known = answer.ok()
    ? (await answer.json()).resources
    : (await (await page.context().request.get(`${portalUrl()}/user/v7/oauth-clients`)).json())
        .resources;
  const { user } = (
    await (await page.context().request.get(`${portalUrl()}/user/v7/sessions/current`)).json()
  ).resource;
  expect(known.length).toBeGreaterThan(0);
  const now = new Date().toISOString();
  const resources = statuses.map((status, index) => ({
    ...ASKED,
    id: ASKED.id.replace(/.$/, String(index)),
    // From the fourth on they are earlier ones of the same applications.
    client: known[index % Math.min(known.length, 3)],
    requestedBy: user,
    requestedAt: now,
    note: 'Ich möchte damit Schadenmeldungen direkt aus der Kundenakte verschicken.',
    status,
    decidedBy: status === 'open' ? null : user,
    decidedAt: status === 'open' ? null : now,
    answer: status === 'declined' ? DECIDED.answer : '',
    connected: false,
    current: true,
    continueTo: status === 'approved' ? '/portal/oauth/authorize' : null,
  }));
  await page.route(/\/user\/v7\/approval-requests\?/, (route) =>
    route.fulfill({ json: texts({ resources, meta: {} }) }),
  );
}

/** On the page of the company's applications: allowing one in advance, with two people chosen. */
export async function openAdvanceDialog(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /ohne Rückfrage erlauben$|^Allow without asking/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio').last().check();
  const person = dialog.getByRole('combobox');
  const chosen = dialog.locator('fx-picks li');
  for (const count of [1, 2]) {
    await person.click();
    await dialog.getByRole('option', { disabled: false }).first().click();
    await expect(chosen).toHaveCount(count);
  }
  await expect(dialog.getByRole('listbox')).toHaveCount(0);
}

/** The question before a policy that answers requests, and stops what is connected besides. */
export async function policyDialog(page: Page, texts: Texts = (value) => value): Promise<void> {
  await changeAnswer(
    page,
    /account-policy$/,
    (policy) => texts({ ...policy, allows: 'selected' }) as object,
  );
  await changeAnswer(
    page,
    /account-policy\/effect/,
    () =>
      texts({
        connections: 12,
        clients: [
          { clientId: 'assistent-desktop', name: 'Assistent Desktop', activeConnections: 12 },
        ],
        approvedRequests: 3,
        approvedClients: [
          { clientId: 'belegscanner', name: 'Belegscanner', openRequests: 2 },
          { clientId: 'maklerwelt-crm', name: 'Maklerwelt CRM', openRequests: 1 },
        ],
      }) as object,
  );
  await page.goto(`${portalUrl()}/portal/settings/applications`);
  await page.getByRole('radio', { name: /^(Nur von|Verified)/ }).check();
  await page.getByRole('button', { name: /^(Änderung|Apply)/ }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
}
