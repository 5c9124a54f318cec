import { describe, expect, it } from '@jest/globals';
import { deviceWords } from './user-agent.js';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const mozilla = (system: string, rest: string) => `Mozilla/5.0 (${system}) ${rest}`;
const windows = 'Windows NT 10.0; Win64; x64';
const mac = 'Macintosh; Intel Mac OS X 10_15_7';

const known: [userAgent: string, browser: string | null, system: string | null, kind: string][] = [
  [mozilla(windows, `${webkit} Chrome/140.0.0.0 Safari/537.36`), 'Chrome', 'Windows', 'computer'],
  [
    mozilla(windows, `${webkit} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`),
    'Microsoft Edge',
    'Windows',
    'computer',
  ],
  [
    mozilla(windows, `${webkit} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0`),
    'Opera',
    'Windows',
    'computer',
  ],
  [
    mozilla('X11; Linux x86_64; rv:150.0', 'Gecko/20100101 Firefox/150.0'),
    'Firefox',
    'Linux',
    'computer',
  ],
  [
    mozilla(mac, 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15'),
    'Safari',
    'Mac',
    'computer',
  ],
  [
    mozilla(
      'iPhone; CPU iPhone OS 18_7 like Mac OS X',
      'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    ),
    'Safari',
    'iPhone',
    'phone',
  ],
  [
    mozilla(
      'iPhone; CPU iPhone OS 18_7 like Mac OS X',
      'AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1',
    ),
    'Chrome',
    'iPhone',
    'phone',
  ],
  [
    mozilla(
      'iPad; CPU OS 16_6 like Mac OS X',
      'AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15',
    ),
    'Firefox',
    'iPad',
    'tablet',
  ],
  [
    mozilla('Linux; Android 10; K', `${webkit} Chrome/140.0.0.0 Mobile Safari/537.36`),
    'Chrome',
    'Android',
    'phone',
  ],
  [
    mozilla(
      'Linux; Android 13; SM-X700',
      `${webkit} SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36`,
    ),
    'Samsung Internet',
    'Android',
    'tablet',
  ],
  [
    mozilla('X11; CrOS x86_64 14541.0.0', `${webkit} Chrome/140.0.0.0 Safari/537.36`),
    'Chrome',
    'ChromeOS',
    'computer',
  ],
  [
    mozilla('X11; Linux x86_64', `${webkit} HeadlessChrome/140.0.0.0 Safari/537.36`),
    'Chromium',
    'Linux',
    'computer',
  ],
  [
    mozilla('Windows NT 10.0; WOW64; Trident/7.0; rv:11.0', 'like Gecko'),
    'Internet Explorer',
    'Windows',
    'computer',
  ],
];

describe('a device in plain words', () => {
  it.each(known)('%s', (userAgent, browser, system, kind) => {
    expect(deviceWords(userAgent)).toEqual({ browser, system, kind });
  });

  it.each([
    ['curl/8.14.1', 'curl'],
    ['node', 'node'],
    ['python-requests/2.32.5', 'python-requests'],
    ['PostmanRuntime/7.49.0', 'PostmanRuntime'],
  ])('names the program that is not a browser: %s', (userAgent, program) => {
    expect(deviceWords(userAgent)).toEqual({ browser: program, system: null, kind: 'program' });
  });

  it.each([null, '', '   ', 'Mozilla/5.0', '()', '<script>'])(
    'admits that it does not know: %s',
    (userAgent) => {
      expect(deviceWords(userAgent)).toEqual({ browser: null, system: null, kind: 'unknown' });
    },
  );

  it('says what it knows where the line was cut off', () => {
    expect(deviceWords('Mozilla/5.0 (Windows NT 10.0')).toEqual({
      browser: null,
      system: 'Windows',
      kind: 'computer',
    });
  });
});
