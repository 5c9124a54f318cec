import { DESKTOP, PHONE } from '../playwright.config';
import {
  demoUrl,
  expect,
  expectAccessible,
  expectNoSidewaysScroll,
  resize,
  test,
} from './harness/fixtures';
import { docs, documentation, openAsDeveloper, openDocs, search } from './harness/docs-states';

test('the documentation: WCAG 2.2 AA in both themes', async ({ page }) => {
  // Each once: they are of the same few parts.
  for (const [index, { open }] of documentation.entries()) {
    await page.emulateMedia({ colorScheme: index % 2 === 0 ? 'light' : 'dark' });
    await resize(page, index % 4 < 2 ? DESKTOP : PHONE);
    await open(page);
    await expectAccessible(page);
  }
});

test('no page of the documentation scrolls sideways at 320 px, or covers its code', async ({
  page,
}) => {
  await resize(page, { width: 320, height: 640 });
  await openDocs(page, 'guide');
  const paths = await page
    .getByRole('navigation', { name: 'Documentation', includeHidden: true })
    .locator('a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  expect(paths.length).toBeGreaterThan(20);
  for (const path of paths) {
    await page.goto(path);
    await expectNoSidewaysScroll(page);
    const covered = await page.locator('.code').evaluateAll((blocks) =>
      blocks.filter((block) => {
        const code = block.querySelector('code')!.getBoundingClientRect();
        const button = block.querySelector('button')!.getBoundingClientRect();
        return code.top < button.bottom && code.right > button.left;
      }),
    );
    expect(covered, path).toHaveLength(0);
  }
});

test('the search finds the paragraph about an error with the keyboard alone', async ({ page }) => {
  await openDocs(page, 'guide');
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await search(page, 'invalid_redirect_uri');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/docs\/errors#invalid_redirect_uri$/);
  await search(page, 'nothing has this word');
  await expect(page.getByText('Nothing found.')).toBeVisible();
});

test('the quick start returns to where the demo’s third party is', async ({ page }) => {
  await openDocs(page, 'guide/quick-start');
  await expect(page.locator('pre', { hasText: 'CLIENT_ID=' }).first()).toContainText(
    `REDIRECT_URI=${demoUrl()}/callback`,
  );
});

test('the quick start is about the application that whoever is signed in develops', async ({
  page,
}) => {
  await openAsDeveloper(page, 'guide/quick-start');
  const code = page.locator('pre', { hasText: 'CLIENT_ID=' }).first();
  await expect(code).toContainText('CLIENT_ID=bestandsblick');
  await expect(code).toContainText('REDIRECT_URI=https://bestandsblick.example/callback');
  await expect(code).toContainText(`API=${new URL(docs('')).origin}`);
  await expect(code).not.toContainText('demo');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy', exact: true }).first().click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await code.innerText());
});
