import { request, type Page } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DESKTOP, PHONE } from '../playwright.config';
import {
  ADMIN,
  authorizeUrl,
  demoUrl,
  OPERATOR,
  OTHER_ADMIN,
  PortalApi,
  test,
} from '../src/harness/fixtures';
import { sampleConnections, type SampleConnections } from '../src/harness/sample-connections';
import { type PortalState, show } from '../src/harness/portal-state';
import { openState, states } from '../src/harness/states';

/** The pictures of the README: copy them from here to `docs/images` when they have changed. */
const OUTPUT = process.env['SCREENSHOTS'] ?? resolve(__dirname, '../../../screenshots');

/** The demo application runs on a port of this machine; a real one has an address. */
const CALLBACK = 'https://crm.maklerwelt.example/callback';
const authorize: PortalState = {
  name: 'authorize',
  who: OTHER_ADMIN,
  open: (page) => show(page, authorizeUrl({ redirectUri: CALLBACK })),
};

let sample: SampleConnections;

test.beforeAll(async ({ playwright }) => {
  await mkdir(OUTPUT, { recursive: true });
  const request = await playwright.request.newContext();
  await (await PortalApi.signIn(request, ADMIN)).endAllConnections();
  await request.dispose();
  await registerCallbacks([`${demoUrl()}/callback`, CALLBACK]);
  sample = await sampleConnections();
});

test.afterAll(async () => {
  await sample.remove();
  await registerCallbacks([`${demoUrl()}/callback`]);
});

async function registerCallbacks(redirectUris: string[]): Promise<void> {
  const context = await request.newContext();
  const operator = await PortalApi.signIn(context, OPERATOR);
  await operator.updateClient('maklerwelt-crm', { redirectUris });
  await context.dispose();
}

test('portal: the authorize page beside Verbindungen', async ({ page, browser }) => {
  await page.setViewportSize(DESKTOP);
  const asked = await picture(page, authorize);
  const other = await browser.newPage();
  await other.setViewportSize(DESKTOP);
  const connections = await picture(other, stateNamed('connections-of-account'));
  await other.close();
  await compose(page, 'readme-portal.png', [asked, connections], 960);
});

test('phone: the same on a phone, and in the dark', async ({ page, browser }) => {
  const pictures: Buffer[] = [];
  for (const [state, colorScheme] of [
    [authorize, 'light'],
    [stateNamed('connections-own'), 'light'],
    [stateNamed('connection'), 'dark'],
  ] as const) {
    const phone = await browser.newPage({ colorScheme, viewport: PHONE });
    pictures.push(await picture(phone, state));
    await phone.close();
  }
  await compose(page, 'readme-phone.png', pictures, 300);
});

function stateNamed(name: string): PortalState {
  const state = states.find((candidate) => candidate.name === name);
  if (!state) throw new Error(`There is no state ${name}`);
  return state;
}

async function picture(page: Page, state: PortalState): Promise<Buffer> {
  await openState(page, state, sample);
  return page.screenshot({ animations: 'disabled', caret: 'hide' });
}

/** Puts pictures side by side on a page of their own. */
async function compose(page: Page, file: string, pictures: Buffer[], width: number): Promise<void> {
  const images = pictures.map(
    (data) => `<img width="${width}" src="data:image/png;base64,${data.toString('base64')}">`,
  );
  await page.context().clearCookies();
  await page.goto('about:blank');
  await page.setContent(`<!doctype html><style>
    body { margin: 0; }
    div { display: inline-flex; gap: 24px; padding: 24px; background: #dfe4ea; }
    img { display: block; border-radius: 10px; }
  </style><div>${images.join('')}</div>`);
  await page.locator('div').screenshot({ path: join(OUTPUT, file) });
}
