import type { Page } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PHONE } from '../playwright.config';
import { ADMIN, PortalApi, test } from '../src/harness/fixtures';
import { sampleConnections, type SampleConnections } from '../src/harness/sample-connections';
import { openState, states } from '../src/harness/states';

/** The pictures of the README: copy them from here to `docs/images` when they have changed. */
const OUTPUT = process.env['SCREENSHOTS'] ?? resolve(__dirname, '../../../screenshots');

let sample: SampleConnections;

test.beforeAll(async ({ playwright }) => {
  await mkdir(OUTPUT, { recursive: true });
  const request = await playwright.request.newContext();
  await (await PortalApi.signIn(request, ADMIN)).endAllConnections();
  await request.dispose();
  sample = await sampleConnections();
});

test.afterAll(() => sample.remove());

test('portal: the authorize page beside Verbindungen', async ({ page, browser }) => {
  await page.setViewportSize({ width: 1080, height: 780 });
  const authorize = await picture(page, 'authorize');
  const other = await browser.newPage();
  await other.setViewportSize({ width: 1080, height: 780 });
  const connections = await picture(other, 'connections-of-account');
  await other.close();
  await compose(page, 'readme-portal.png', [authorize, connections], 660);
});

test('phone: the same on a phone, and in the dark', async ({ page, browser }) => {
  const pictures: Buffer[] = [];
  for (const [name, colorScheme] of [
    ['authorize', 'light'],
    ['connections-own', 'light'],
    ['connection', 'dark'],
  ] as const) {
    const phone = await browser.newPage({ colorScheme, viewport: PHONE });
    pictures.push(await picture(phone, name));
    await phone.close();
  }
  await compose(page, 'readme-phone.png', pictures, 300);
});

async function picture(page: Page, name: string): Promise<Buffer> {
  const state = states.find((candidate) => candidate.name === name);
  if (!state) throw new Error(`There is no state ${name}`);
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
