import type { Locale, MailText } from './mail-text.js';

/** What stands around every text. */
const FRAME = {
  de: {
    /** A sentence of its own: after a comma, German goes on with a small letter. */
    hello: 'Guten Tag!',
    copy: 'Wenn die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse im Browser:',
    automatic: 'Diese E-Mail wurde automatisch verschickt. Bitte antworten Sie nicht darauf.',
    optional: 'Welche Hinweise Sie bekommen, stellen Sie unter „Konto und Sicherheit“ ein:',
  },
  en: {
    hello: 'Hello,',
    copy: 'If the button does not work, open this address in your browser:',
    automatic: 'This e-mail was sent automatically. Please do not reply.',
    optional: 'Choose which notices you get under “Account and security”:',
  },
} as const;
const SETTINGS = '/portal/settings/security';

export interface MailForm extends MailText {
  locale: Locale;
  /** Of the portal. */
  publicUrl: string;
  /** Whether the recipient may do without such mails. */
  optional: boolean;
}

/** The mail for programs that show text alone, and for people who like it so. */
export function asText(mail: MailForm): string {
  const { paragraphs, list = [], facts = [], button, after = [] } = mail;
  const { publicUrl, locale, optional } = mail;
  const frame = FRAME[locale];
  return [
    'Flixcheck',
    frame.hello,
    ...paragraphs,
    ...(list.length > 0 ? [list.map((line) => `- ${line}`).join('\n')] : []),
    ...(facts.length > 0 ? [facts.map(([label, value]) => `${label}: ${value}`).join('\n')] : []),
    ...(button ? [`${button.label}:\n${publicUrl}${button.path}`] : []),
    ...after,
    `--\n${frame.automatic}${optional ? `\n${frame.optional}\n${publicUrl}${SETTINGS}` : ''}`,
  ]
    .map(unlinked(publicUrl))
    .join('\n\n')
    .concat('\n');
}

/** The mail in the portal's colours. Programs that know no dark mode show the light one. */
export function asHtml(mail: MailForm): string {
  const { subject, paragraphs, list = [], facts = [], button, after = [], locale, optional } = mail;
  const publicUrl = escaped(mail.publicUrl);
  const frame = FRAME[locale];
  const safe = (text: string): string => escaped(unlinked(mail.publicUrl)(text));
  const paragraph = (text: string): string => `<p style="margin:0 0 16px">${safe(text)}</p>`;
  const lines = list.map((line) => `<li style="word-break:break-word">${safe(line)}</li>`);
  const rows = facts.map(
    ([label, value]) =>
      `<tr><td class="quiet" style="padding:4px 16px 4px 0;color:#4a5a5d;vertical-align:top">${safe(label)}</td>` +
      `<td style="padding:4px 0;font-weight:600;word-break:break-word">${safe(value)}</td></tr>`,
  );
  const address = button && publicUrl + escaped(button.path);
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #0e1719 !important; color: #e3eae8 !important; }
  .card { background: #152123 !important; border-color: #2b3a3d !important; }
  .quiet { color: #aab9b8 !important; }
  .link { color: #7fd3c6 !important; }
  .button { background: #7fd3c6 !important; color: #00332e !important; }
}
</style>
</head>
<body class="page" style="margin:0;background:#f6f5f1;color:#14262a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:left"><tr><td>
<p style="margin:0 0 16px;font-size:18px;font-weight:700">Flixcheck</p>
<div class="card" style="background:#ffffff;border:1px solid #dedcd3;border-radius:12px;padding:24px">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.25">${safe(subject)}</h1>
${[frame.hello, ...paragraphs].map(paragraph).join('\n')}
${lines.length > 0 ? `<ul style="margin:0 0 16px;padding:0 0 0 24px">${lines.join('\n')}</ul>` : ''}
${rows.length > 0 ? `<table cellpadding="0" cellspacing="0" style="margin:0 0 16px;font-size:15px">${rows.join('\n')}</table>` : ''}
${
  button
    ? `<p style="margin:8px 0 24px"><a class="button" href="${address}" style="display:inline-block;padding:12px 20px;border-radius:999px;background:#0b5a55;color:#ffffff;font-weight:600;text-decoration:none">${safe(button.label)}</a></p>`
    : ''
}
${after.map(paragraph).join('\n')}
${
  button
    ? `<p class="quiet" style="margin:0;font-size:13px;color:#4a5a5d">${frame.copy}<br><a class="link" href="${address}" style="color:#0b5a55;word-break:break-all">${address}</a></p>`
    : ''
}
</div>
<p class="quiet" style="margin:16px 0 0;font-size:13px;color:#4a5a5d">${frame.automatic}${
    optional
      ? `<br>${frame.optional} <a class="link" href="${publicUrl}${SETTINGS}" style="color:#0b5a55;word-break:break-all">${publicUrl}${SETTINGS}</a>`
      : ''
  }</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * Names come from users, and mail programs make links of what looks like one. An invisible word
 * joiner (U+2060) keeps them from it, except in the portal's own addresses.
 */
function unlinked(publicUrl: string): (text: string) => string {
  const inWords = (text: string): string =>
    text.replace(/(?<=[\p{L}\p{N}])\.(?=\p{L})/gu, '.\u2060').replaceAll('://', ':\u2060//');
  return (text) => text.split(publicUrl).map(inWords).join(publicUrl);
}
