import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LIMITS_IN_TEXTS } from '../app/i18n/limits-in-texts';

const app = join(__dirname, '../app');
const scopes = readdirSync(__dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'first')
  .map((entry) => entry.name);

function keysOf(value: unknown, prefix: string): string[] {
  if (typeof value === 'string') return [prefix];
  return Object.entries(value as object).flatMap(([name, inner]) =>
    keysOf(inner, prefix ? `${prefix}.${name}` : name),
  );
}

function textsOf(language: string): Map<string, string> {
  const texts = new Map<string, string>();
  const add = (file: string, prefix: string) => {
    const content: unknown = JSON.parse(readFileSync(join(__dirname, file), 'utf8'));
    for (const key of keysOf(content, prefix)) {
      const path = prefix ? key.slice(prefix.length + 1) : key;
      const text = path
        .split('.')
        .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], content);
      texts.set(key, text as string);
    }
  };
  add(`${language}.json`, '');
  for (const scope of scopes) add(`${scope}/${language}.json`, scope);
  return texts;
}

const german = textsOf('de');
const english = textsOf('en');

const sources = readdirSync(app, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|html)$/.test(file) && !file.endsWith('.spec.ts'))
  .map((file) => ({ file, content: readFileSync(join(app, file), 'utf8') }));

/** Every literal that begins like a key; keys are always written out in full. */
const roots = [...new Set([...german.keys()].map((key) => key.split('.')[0]))].join('|');
const literal = new RegExp(`['"\`]((?:${roots})(?:\\.[a-zA-Z][\\w]*)+)['"\`]`, 'g');
const used = new Map<string, string>();
for (const { file, content } of sources) {
  for (const [, key] of content.matchAll(literal)) {
    if (key) used.set(key, file);
  }
}

const placeholders = (text: string | undefined) =>
  [...new Set([...(text ?? '').matchAll(/{{\s*([\w.]+)\s*}}/g)].map(([, name]) => name))].sort();

/** Texts with figures that no rule of the API sets: the portal's own choices, names and examples. */
const FREE_FIGURES: Record<string, RegExp> = {
  'audit.period': /24|7|30/g,
  'reports.period': /30|90/g,
  'requests.period': /24|7/g,
  'registry.secret.expiry': /7|30/g,
  timeLimit: /30|90|1/g,
  try: /\b[1-5]\.|(?:Schritt|step) [1-5]|RFC 9068|1970/g,
  'registry.field.clientId.hint': /0–9/g,
  'registry.error.clientId': /0–9/g,
  'registry.logo': /512 × 512/g,
  'registry.error.redirect.notHttps': /127\.0\.0\.1|::1/g,
  'requests.': /S256|0-9/g,
  'reports.': /S256/g,
  'security.strength': /1234/g,
};

/** What each thing is called, and other words that would call it something else. */
const ONE_WORD: Record<string, RegExp> = {
  Anbieter: /Herausgeber/,
  Secret: /Client[- ]Secret|Geheimnis/,
  // A company blocks an application for its people, Flixcheck switches it off for all.
  abgeschaltet: /Flixcheck hat die Anwendung gesperrt|Anwendung wurde inzwischen gesperrt/,
  'sperren oder abschalten': /deaktivier/i,
  'als Ausnahme erlauben': /immer erlauben/i,
};

const freeFigures = (key: string) =>
  Object.entries(FREE_FIGURES).filter(([prefix]) => key.startsWith(prefix));

describe('the texts', () => {
  it('exist in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...german.keys()].sort());
  });

  it('are there for every key that the portal asks for', () => {
    const missing = [...used].filter(([key]) => !german.has(key));
    expect(missing).toEqual([]);
  });

  it('are all used', () => {
    expect([...german.keys()].filter((key) => !used.has(key))).toEqual([]);
  });

  it('are never empty and take the same values in both languages', () => {
    for (const [key, text] of german) {
      expect([key, text.trim()]).not.toEqual([key, '']);
      expect([key, placeholders(english.get(key))]).toEqual([key, placeholders(text)]);
    }
  });

  it('address the reader formally in German', () => {
    const informal = [...german].filter(([, text]) =>
      /\b(du|dir|dich|dein|deine|deinen|deinem|deiner)\b/i.test(text),
    );
    expect(informal).toEqual([]);
  });

  it('name each thing by one word in German', () => {
    const others = [...german].flatMap(([key, text]) =>
      Object.entries(ONE_WORD)
        .filter(([, other]) => other.test(text))
        .map(([word]) => [key, word]),
    );
    expect(others).toEqual([]);
  });

  it('name the limits of the API, whose figures are typed in nowhere', () => {
    const typed = [...german, ...english].filter(([key, text]) =>
      /\d/.test(
        freeFigures(key).reduce(
          (rest, [, figures]) => rest.replace(figures, ''),
          text.replace(/{{.*?}}/g, ''),
        ),
      ),
    );
    expect(typed).toEqual([]);
  });

  it('name only limits that there are, and each of them', () => {
    const named = [...german.values()]
      .flatMap(placeholders)
      .filter((name) => name?.startsWith('limits.'))
      .map((name) => name?.slice('limits.'.length));
    expect([...new Set(named)].sort()).toEqual(Object.keys(LIMITS_IN_TEXTS).sort());
  });
});
