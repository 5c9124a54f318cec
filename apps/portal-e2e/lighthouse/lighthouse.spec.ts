import { expect, chromium, type BrowserContext } from '@playwright/test';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { authorizeUrl, MEMBER, portalUrl, signIn, test } from '../src/harness/fixtures';

/** Another program on the machine costs points: the best try counts. */
const TRIES = 6;

test.describe('Lighthouse on a phone', () => {
  const pages: [string, () => string, boolean][] = [
    ['sign-in', () => `${portalUrl()}/portal/sign-in`, false],
    ['authorize', () => authorizeUrl(), true],
    ['connections', () => `${portalUrl()}/portal/settings/connections`, true],
  ];

  for (const [name, url, signedIn] of pages) {
    test(`${name}: performance at least 95, accessibility 100, best practices 100`, async ({
      member: _,
    }, testInfo) => {
      test.setTimeout(300_000);
      const port = await freePort();
      const { executablePath, args } = testInfo.project.use.launchOptions ?? {};
      const browser = await chromium.launch({
        executablePath,
        args: [...(args ?? []), `--remote-debugging-port=${port}`],
      });
      try {
        const cookie = signedIn ? await sessionCookie(await browser.newContext()) : undefined;
        const tries: Scores[] = [];
        while (tries.length < TRIES && !tries.some(({ performance }) => performance >= 95)) {
          tries.push(await audit(url(), port, cookie, slowdownAfter(tries.at(-1))));
        }
        const figures = JSON.stringify(tries);
        await writeFile(testInfo.outputPath(`${name}.json`), figures);
        expect(Math.max(...tries.map(({ performance }) => performance)), figures).toBeGreaterThan(
          94,
        );
        for (const { failedAudits } of tries) expect(failedAudits).toEqual([]);
      } finally {
        await browser.close();
      }
    });
  }
});

/** Lighthouse's own, made for a computer with a benchmark index of about 2000. */
const PRESET_SLOWDOWN = 4;
/**
 * The benchmark index of the phone that this makes, which lies between the middling one (1000) and
 * the slow one (264) of Chrome's calibration (DevTools, CalibrationController.ts).
 */
const PHONE = 2000 / PRESET_SLOWDOWN;

/**
 * How many times slower than this machine the phone is: as in the preset at first; where that rates
 * a slow or busy machine along with the page, so that the phone stays the same.
 */
function slowdownAfter(last: Scores | undefined): number {
  const index = last?.metrics['benchmarkIndex'] ?? Infinity;
  return Math.max(1, Math.min(PRESET_SLOWDOWN, index / PHONE));
}

interface Scores {
  performance: number;
  /** Of accessibility and best practices: what keeps them from 100. */
  failedAudits: string[];
  /** What performance is made of, and how fast the machine was meanwhile. */
  metrics: Record<string, number>;
}

async function audit(
  url: string,
  port: number,
  cookie: string | undefined,
  slowdown: number,
  recordings = TRIES,
): Promise<Scores> {
  const { default: lighthouse } = await import('lighthouse');
  const result = await lighthouse(url, {
    port,
    logLevel: 'error',
    onlyCategories: ['performance', 'accessibility', 'best-practices'],
    throttling: { cpuSlowdownMultiplier: slowdown },
    ...(cookie ? { extraHeaders: { Cookie: cookie } } : {}),
  });
  if (!result) throw new Error('Lighthouse has no result');
  const { categories, runtimeError, finalDisplayedUrl, audits, environment } = result.lhr;
  // The browser's recording has no beginning, which says nothing of the page: Lighthouse asks for another.
  if (runtimeError?.code === 'NO_NAVSTART' && recordings > 1) {
    return audit(url, port, cookie, slowdown, recordings - 1);
  }
  if (runtimeError) throw new Error(runtimeError.message);
  expect(finalDisplayedUrl).toBe(url);
  const failedAudits = ['accessibility', 'best-practices'].flatMap((category) =>
    (categories[category]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
      .map(({ id }) => `${category}: ${id}`),
  );
  const value = (id: string): number => Math.round((audits[id]?.numericValue ?? 0) * 1000) / 1000;
  return {
    performance: Math.round((categories['performance']?.score ?? 0) * 100),
    failedAudits,
    metrics: {
      firstContentfulPaint: value('first-contentful-paint'),
      largestContentfulPaint: value('largest-contentful-paint'),
      speedIndex: value('speed-index'),
      totalBlockingTime: value('total-blocking-time'),
      cumulativeLayoutShift: value('cumulative-layout-shift'),
      benchmarkIndex: environment.benchmarkIndex,
      slowdown,
    },
  };
}

async function sessionCookie(context: BrowserContext): Promise<string> {
  const page = await context.newPage();
  await signIn(page, MEMBER);
  const cookies = await context.cookies(portalUrl());
  await context.close();
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
