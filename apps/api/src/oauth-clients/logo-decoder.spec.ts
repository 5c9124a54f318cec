import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { ApiError } from '../http/api-error.js';
import { LogoDecoder } from './logo-decoder.js';
import { picture, pngOf } from './logo-samples.fixture.js';

const decoder = new LogoDecoder();
const decoded = async (file: Buffer) => {
  const content = await decoder.decode(file);
  return { content, ...(await sharp(content).metadata()) };
};

const MB = 1024 * 1024;
const maxRss = () => process.resourceUsage().maxRSS * 1024;

/** What the field error says, once it came soon and without much memory. */
async function refusalOf(file: Buffer): Promise<string[]> {
  const [began, memory] = [performance.now(), maxRss()];
  const error: unknown = await decoder.decode(file).catch((thrown: unknown) => thrown);
  expect(performance.now() - began).toBeLessThan(1000);
  expect(maxRss() - memory).toBeLessThan(64 * MB);
  if (!(error instanceof ApiError)) throw new Error('nothing was refused');
  return [error.code, ...(error.options.errors ?? []).flatMap((each) => Object.values(each))];
}
const refusedAs = (code: string, message: RegExp) => [
  ...['validation_failed', 'logo', code],
  expect.stringMatching(message),
];
const EXPORT = /export it as PNG/;

describe('an uploaded logo is drawn anew', () => {
  it.each(['png', 'jpeg', 'webp'] as const)('%s becomes a square PNG of 256 px', async (format) => {
    const logo = await decoded(await picture(900, 300).toFormat(format).toBuffer());
    expect(logo).toMatchObject({ format: 'png', width: 256, height: 256, space: 'srgb' });
  });

  it('a small one is not blown up, and what is no square gets transparent edges', async () => {
    const { content, width, height } = await decoded(await picture(60, 30).png().toBuffer());
    expect([width, height]).toEqual([60, 60]);
    const { data } = await sharp(content).raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    const middle = (30 * 60 + 30) * 4;
    expect([...data.subarray(middle, middle + 4)]).toEqual([0xc8, 0x28, 0x14, 255]);
  });

  it('nothing stays of what cameras and programs have noted, and it stands upright', async () => {
    const noted = await picture(200, 100)
      .withExif({ IFD0: { Copyright: 'Erika Mustermann' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(noted.includes('Erika Mustermann')).toBe(true);
    const { content, exif, icc } = await decoded(noted);
    expect([exif, icc]).toEqual([undefined, undefined]);
    expect(content.includes('Erika')).toBe(false);
    // Turned by a quarter, it is higher than wide: the left edge is empty, the upper one is not.
    const { data } = await sharp(content).raw().toBuffer({ resolveWithObject: true });
    const alphaAt = (x: number, y: number) => data[(y * 200 + x) * 4 + 3];
    expect([alphaAt(0, 100), alphaAt(100, 0)]).toEqual([0, 255]);
  });
});

describe('what is no harmless image is refused within a second, with little memory', () => {
  it('SVG, whatever it is called', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    for (const text of [svg, `<?xml version="1.0"?>${svg}`, `\ufeff${svg}`]) {
      expect(await refusalOf(Buffer.from(text))).toEqual(refusedAs('unsupported_image', EXPORT));
    }
  });

  it('GIF, and every other format', async () => {
    const gif = await picture(20, 20).gif().toBuffer();
    const tiff = await picture(20, 20).tiff().toBuffer();
    for (const file of [gif, tiff, Buffer.from('BM'), Buffer.from('%PDF-1.7'), Buffer.alloc(1)]) {
      expect(await refusalOf(file)).toEqual(refusedAs('unsupported_image', EXPORT));
    }
  });

  it.each(['png', 'jpeg', 'webp'] as const)('a polyglot: a %s that goes on', async (format) => {
    const image = await picture(20, 20).toFormat(format).toBuffer();
    for (const more of [
      Buffer.from('<script>alert(1)</script>'),
      Buffer.from('PK\x03\x04'),
      image,
    ]) {
      const file = Buffer.concat([image, more]);
      expect(await refusalOf(file)).toEqual(refusedAs('more_than_an_image', EXPORT));
    }
  });

  it('a decompression bomb: the header tells, and no pixel is decoded', async () => {
    const bomb = pngOf(50_000, 50_000, Buffer.alloc(20 * MB));
    expect(bomb.length).toBeLessThan(MB / 10);
    expect(await refusalOf(bomb)).toEqual(
      refusedAs('too_many_pixels', /50000 × 50000 px; 4096 × 4096 are the most\. Scale it down/),
    );
    const wide = await picture(4097, 1).png().toBuffer();
    expect(await refusalOf(wide)).toEqual(refusedAs('too_many_pixels', /4097 × 1/));
    // More pixels than the header says are never unpacked.
    const { width } = await decoded(pngOf(4, 4, Buffer.alloc(20 * MB)));
    expect(width).toBe(4);
  });

  it.each(['png', 'jpeg', 'webp'] as const)('a truncated %s', async (format) => {
    const image = await picture(300, 200).toFormat(format).toBuffer();
    for (const length of [12, 30, Math.floor(image.length / 2), image.length - 1]) {
      const file = image.subarray(0, length);
      expect(await refusalOf(file)).toEqual(refusedAs('damaged_image', EXPORT));
    }
  });

  it('a damaged one, whose end is there but whose pixels are not', async () => {
    const lacking = pngOf(300, 200, Buffer.alloc(100));
    expect(await refusalOf(lacking)).toEqual(refusedAs('damaged_image', EXPORT));
  });
});

describe('logos are decoded one at a time', () => {
  it('and from the ninth on, the sender is asked to come back', async () => {
    const file = await picture(1500, 1500).png().toBuffer();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, sharp.counters().process)), 1);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, () => decoder.decode(file)),
    ).finally(() => clearInterval(watch));
    const failures = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(failures).toEqual([
      expect.objectContaining({
        code: 'service_unavailable',
        options: { retryAfterSeconds: expect.any(Number) },
      }),
    ]);
    expect(most).toBeLessThanOrEqual(1);
    expect(await decoder.decode(file)).toBeInstanceOf(Buffer);
  });
});
