import { chromium, expect, type Browser, type TestInfo } from '@playwright/test';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { authorizeUrl, MEMBER, portalUrl, signIn } from '../src/harness/fixtures';

/** How often a recording without a beginning is made again. */
const RECORDINGS = 6;

/** The pages that somebody waits for on a phone: name, address, and whether one has to be signed in. */
export const PAGES: [string, () => string, boolean][] = [
  ['sign-in', () => `${portalUrl()}/portal/sign-in`, false],
  ['authorize', () => authorizeUrl(), true],
  ['connections', () => `${portalUrl()}/portal/settings/connections`, true],
];

/** Lighthouse's own, made for a computer with a benchmark index of about 2000. */
export const PRESET_SLOWDOWN = 4;

/** A browser that Lighthouse can talk to. */
interface Phone {
  port: number;
  /** Of the member, where one has to be signed in. */
  cookie: string | undefined;
}

/** Starts one for as long as the work takes. */
export async function withPhone(
  { project }: TestInfo,
  signedIn: boolean,
  work: (phone: Phone) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const { executablePath, args } = project.use.launchOptions ?? {};
  const browser = await chromium.launch({
    executablePath,
    args: [...(args ?? []), `--remote-debugging-port=${port}`],
  });
  try {
    await work({ port, cookie: signedIn ? await sessionCookie(browser) : undefined });
  } finally {
    await browser.close();
  }
}

export interface Scores {
  performance: number;
  /** Of accessibility and best practices: what keeps them from 100. */
  failedAudits: string[];
  /** What performance is made of, and how fast the machine was meanwhile. */
  metrics: Record<string, number>;
}

/**
 * What Lighthouse's mobile preset finds.
 * @param slowdown how many times slower than this machine the phone is
 */
export async function audit(
  url: string,
  { port, cookie }: Phone,
  slowdown: number,
  recordings = RECORDINGS,
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
    return audit(url, { port, cookie }, slowdown, recordings - 1);
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

async function sessionCookie(browser: Browser): Promise<string> {
  const context = await browser.newContext();
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
