import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../config/config.js';
import type { RuntimeConfig } from '../config/config.module.js';
import type { MailKind } from './mail-kinds.js';
import { asHtml, asText, type MailForm } from './mail-layout.js';
import { MAIL_SAMPLES } from './mail-samples.fixture.js';
import type { Locale } from './mail-text.js';
import { MailWriter } from './mail-writer.js';
import { OPTIONAL_KINDS } from './optional-kinds.js';

const PUBLIC_URL = 'https://connect.example';
const config = { ...parseConfig({}), publicUrl: PUBLIC_URL } as RuntimeConfig;
const writer = new MailWriter(config);

const SAMPLES = Object.entries(MAIL_SAMPLES).flatMap(([kind, samples]) =>
  samples.flatMap((data, n) =>
    (['de', 'en'] as const).map((locale) => [`${kind} ${n + 1} ${locale}`, kind, locale, data]),
  ),
) as [string, MailKind, Locale, object][];

describe.each(SAMPLES)('the mail %s', (_name, kind, locale, data) => {
  const to = { email: 'erika@musterhaus.example', locale, userId: null };
  const mail = writer.write(kind, { to, data });

  it('says the same as text and as HTML, without a gap', () => {
    expect(mail.subject).not.toBe('');
    for (const form of [mail.text, mail.html])
      expect(form).not.toMatch(/undefined|null|\{\{|\[obj/);
    expect(mail.html).toContain(`<html lang="${locale}">`);
    expect(mail.text).toMatch(
      locale === 'de' ? /^Flixcheck\n\nGuten Tag!\n/ : /^Flixcheck\n\nHello/,
    );
  });

  it('leads nowhere but to the portal', () => {
    const links = [...mail.html.matchAll(/(?:href|src|action|url)\s*[=(]\s*["']?([^"')>]*)/g)];
    for (const [, link] of links) expect(link).toMatch(/^https:\/\/connect\.example\/portal\//);
    for (const [link] of mail.text.matchAll(/https?:\S+/g)) {
      expect(link).toMatch(/^https:\/\/connect\.example\/portal\//);
    }
  });

  it('fits a phone: an address as long as ours breaks where the line ends', () => {
    const shown = [...mail.html.matchAll(/<a [^>]*style="([^"]*)"[^>]*>https:/g)];
    for (const [, style] of shown) expect(style).toContain('word-break:break-all');
  });

  it('says where to do without it, if that is possible', () => {
    const optional: readonly MailKind[] = OPTIONAL_KINDS;
    const says = /Welche Hinweise Sie bekommen|Choose which notices you get/;
    for (const form of [mail.text, mail.html]) {
      expect(says.test(form)).toBe(optional.includes(kind));
    }
  });

  it('loads nothing from anywhere, and can be read in the dark', () => {
    expect(mail.html).not.toMatch(/<(img|script|link|iframe|object)\b|@import/i);
    expect(mail.html).toContain('prefers-color-scheme: dark');
    expect(mail.html).toContain('<meta name="color-scheme" content="light dark">');
  });
});

describe('what people have called themselves', () => {
  const form: MailForm = {
    subject: 'A subject',
    paragraphs: ['<b>Erika</b> & "Co" of www.evil.example asks, see https://evil.example/x'],
    button: { label: 'Go', path: '/portal/settings/team' },
    ...{ locale: 'en', publicUrl: PUBLIC_URL, optional: false },
  };

  it('is text, never markup', () => {
    const html = asHtml(form);
    expect(html).not.toContain('<b>');
    expect(html).toContain('&lt;b&gt;Erika&lt;/b&gt; &amp; &quot;Co&quot;');
  });

  it('is not made a link by mail programs, while the portal’s addresses are', () => {
    for (const written of [asHtml, asText]) {
      const mail = written(form);
      expect(mail).not.toMatch(/https:\/\/evil|evil\.example|www\.evil/);
      expect(mail).toContain(`${PUBLIC_URL}/portal/settings/team`);
    }
  });
});
