/** What somebody recognises a device by. Names are proper names, the same in every language. */
export interface DeviceWords {
  browser: string | null;
  system: string | null;
  kind: (typeof DEVICE_KINDS)[number];
}

export const DEVICE_KINDS = ['computer', 'phone', 'tablet', 'program', 'unknown'] as const;

/** The first that fits: nearly every browser also names the ones that it descends from. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Microsoft Edge'],
  [/\b(?:OPR|OPT|OPX|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bYaBrowser\//, 'Yandex'],
  [/\b(?:DuckDuckGo|Ddg)\//, 'DuckDuckGo'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chromium)\//, 'Chromium'],
  [/\b(?:Chrome|CriOS)\//, 'Chrome'],
  [/\b(?:MSIE |Trident\/)/, 'Internet Explorer'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string, DeviceWords['kind']])[] = [
  [/\biPhone\b/, 'iPhone', 'phone'],
  [/\biPad\b/, 'iPad', 'tablet'],
  [/\bAndroid\b.*\bMobile\b/, 'Android', 'phone'],
  [/\bAndroid\b/, 'Android', 'tablet'],
  [/\bCrOS\b/, 'ChromeOS', 'computer'],
  [/\bWindows\b/, 'Windows', 'computer'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'Mac', 'computer'],
  [/\bLinux\b|\bX11\b/, 'Linux', 'computer'],
];

/** A product token that starts the line (RFC 9110 §10.1.5) and is no browser's: a program. */
const PROGRAM = /^(?!Mozilla\b|Opera\b)([A-Za-z][\w.-]{1,30})(?:\/|$)/;

/** @param userAgent as the browser sent it; null if it did not */
export function deviceWords(userAgent: string | null): DeviceWords {
  const text = userAgent?.trim() ?? '';
  const program = PROGRAM.exec(text)?.[1];
  if (program) return { browser: program, system: null, kind: 'program' };
  const browser = BROWSERS.find(([sign]) => sign.test(text))?.[1] ?? null;
  const [, system, kind] = SYSTEMS.find(([sign]) => sign.test(text)) ?? [];
  return { browser, system: system ?? null, kind: kind ?? 'unknown' };
}
