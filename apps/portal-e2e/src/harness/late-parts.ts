import { expect, type Page } from '@playwright/test';
import { layoutShifts, painted, recordLayoutShifts, resize } from './fixtures';
import { settled } from './portal-state';

/** In which all of a page is to be seen: what moves elsewhere is not noticed. */
const WINDOWS = [
  { width: 1280, height: 8000 },
  { width: 360, height: 8000 },
];

/**
 * Opens a page whose parts come one after the other, in the order given, and each when the one before
 * has been drawn.
 * @returns what has moved meanwhile
 */
export async function movedByLateParts(page: Page, url: string, parts: string[]): Promise<unknown> {
  await recordLayoutShifts(page);
  const moved: unknown[] = [];
  for (const size of WINDOWS) {
    await resize(page, size);
    const release = await Promise.all(parts.map((part) => hold(page, part)));
    await page.goto(url);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    for (const go of release) {
      await go();
      await painted(page);
    }
    await settled(page);
    await painted(page);
    moved.push(...(await layoutShifts(page)));
  }
  return moved;
}

/** @returns what lets it come, when the page has asked for it, and waits until it is there */
async function hold(page: Page, pathEnd: string): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const isPart = ({ pathname }: URL): boolean => pathname.endsWith(pathEnd);
  await page.route(isPart, async (route) => {
    await released;
    await route.fallback();
  });
  return async () => {
    const answer = page.waitForResponse((response) => isPart(new URL(response.url())));
    release();
    await (await answer).finished();
    await page.unroute(isPart);
  };
}
