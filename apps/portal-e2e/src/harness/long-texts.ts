import type { Page } from '@playwright/test';

/** A word that the dictionary has, and that no narrow screen has room for. */
const WORD = 'Berufsunfähigkeitsversicherungsrechner';

const fill = (length: number): string =>
  WORD.repeat(Math.ceil(length / WORD.length)).slice(0, length);

/** What comes from outside, as long as the API lets it be and without a place to break it. */
export const LONGEST = {
  application: fill(100),
  publisher: fill(100).toUpperCase(),
  description: fill(500),
  company: fill(200),
  person: {
    firstName: fill(100),
    lastName: fill(100),
    email: `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}example`,
  },
  host: `${`${'c'.repeat(60)}.`.repeat(4)}example`.slice(-253),
  device: `${fill(60)}/1.0`,
  ip: '2001:0db8:85a3:08d3:1319:8a2e:0370:7344',
} as const;

/** Every answer of the API comes with the longest texts that it allows. */
export async function lengthenAnswers(page: Page): Promise<void> {
  await page.route(/\/(user|guest|admin)\/v7\/(?!connections\/changes)/, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    const type = response.headers()['content-type'] ?? '';
    if (!type.includes('json') || response.status() === 204) return route.fulfill({ response });
    return route.fulfill({ response, json: lengthened(JSON.parse(body.toString())) });
  });
}

export function lengthened(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => lengthened(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' ? (longText(name, key, value) ?? inner) : lengthened(inner, name),
    ]),
  );
}

function longText(name: string, key: string, owner: object): string | undefined {
  switch (name) {
    case 'firstName':
    case 'lastName':
    case 'email':
      return LONGEST.person[name];
    case 'name':
      return key === 'account' || !('clientId' in owner) ? LONGEST.company : LONGEST.application;
    case 'company':
      return LONGEST.company;
    case 'inviter':
      return `${LONGEST.person.firstName} ${LONGEST.person.lastName}`;
    case 'publisher':
      return LONGEST.publisher;
    case 'description':
      return LONGEST.description;
    case 'note':
    case 'answer':
      return LONGEST.description.slice(0, 300);
    case 'redirectHost':
      return LONGEST.host;
    case 'startUri':
    case 'homepageUri':
    case 'privacyPolicyUri':
    case 'redirectUri':
      return `https://${LONGEST.host}/`;
    case 'userAgent':
      return LONGEST.device;
    case 'ip':
      return LONGEST.ip;
    default:
      return undefined;
  }
}

/**
 * Texts that cannot be read whole: beyond the screen's or their card's edge, or cut by something
 * that hides what does not fit. Empty where all is well.
 */
export function unreadableTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // In full one touch away: the account's panel.
    const mayBeCut = '.who, .fx-visually-hidden, .fx-skip-link, option, noscript';
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (!text || !parent || parent.closest(mayBeCut) || !parent.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes: DOMRect[] = [new DOMRect(0, 0, document.documentElement.clientWidth, 1e6)];
      for (let box: Element | null = parent; box; box = box.parentElement) {
        const { overflowX, position, clipPath } = getComputedStyle(box);
        // For screen readers only.
        if (clipPath !== 'none' && box.clientWidth <= 1) boxes.length = 0;
        if (boxes.length === 0 || overflowX === 'auto' || overflowX === 'scroll') break;
        if (box.matches('.fx-card, [role=dialog], [role=alertdialog], .fx-notice, .fx-button')) {
          boxes.push(box.getBoundingClientRect());
        } else if (overflowX !== 'visible') boxes.push(box.getBoundingClientRect());
        if (position === 'fixed') break;
      }
      const out = [...range.getClientRects()].some((rect) =>
        boxes.some(({ left, right }) => rect.left < left - 1 || rect.right > right + 1),
      );
      if (out) found.push(`${parent.tagName}.${parent.className}: ${text.slice(0, 40)}`);
    }
    return found;
  });
}
