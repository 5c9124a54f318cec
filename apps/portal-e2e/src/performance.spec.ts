import { expect, type CDPSession } from '@playwright/test';
import {
  authorizeUrl,
  layoutShifts,
  MEMBER,
  recordLayoutShifts,
  signIn,
  test,
} from './harness/fixtures';

/** What the authorize page may cost (compressed), for somebody who is signed in. */
const SCRIPT_BUDGET = 110_000;

test('the authorize page: at most 110 kB of script, no shift, one call before it can be used', async ({
  page,
  member: _,
}) => {
  await signIn(page, MEMBER);
  await recordLayoutShifts(page);
  const traffic = await watchTraffic(await page.context().newCDPSession(page));
  await page.goto(authorizeUrl());
  await expect(page.getByRole('button', { name: 'Zugriff erlauben' })).toBeVisible();
  // Counted now: what follows comes when the page can be used already.
  expect(traffic.calls).toEqual(['/user/v7/oauth-authorization-request']);
  await page.waitForLoadState('networkidle');

  const bytes = traffic.scripts();
  test.info().annotations.push({ type: 'script bytes over the wire', description: `${bytes}` });
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(SCRIPT_BUDGET);
  expect(await layoutShifts(page)).toEqual([]);
});

async function watchTraffic(
  session: CDPSession,
): Promise<{ calls: string[]; scripts: () => number }> {
  const calls: string[] = [];
  const scripts = new Set<string>();
  const sizes = new Map<string, number>();
  session.on('Network.requestWillBeSent', ({ requestId, type, request }) => {
    if (type === 'Script' || /\.js$/.test(request.url)) scripts.add(requestId);
    if (type === 'Fetch' || type === 'XHR') calls.push(new URL(request.url).pathname);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    sizes.set(requestId, encodedDataLength),
  );
  await session.send('Network.enable');
  return {
    calls,
    scripts: () => [...scripts].reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0),
  };
}
