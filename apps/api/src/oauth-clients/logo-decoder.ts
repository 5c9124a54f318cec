import { Injectable } from '@nestjs/common';
import type sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { ApiError } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { endOfImage, logoFormat } from './logo-file.js';

/** Larger ones cost more to decode than any logo is worth. */
export const MAX_LOGO_SIDE = 4096;
/** What is kept: enough for the largest place in the portal on the sharpest screen. */
export const LOGO_SIDE = 256;
/** An image within the limits takes 0.3 s at the most; one that takes longer was made to. */
const MAX_DECODING_SECONDS = 2;
/** One image takes up to 170 MB while it is decoded, so they take turns. */
const MAX_UNDECODED = 8;

const DECODING: SharpOptions = {
  limitInputPixels: MAX_LOGO_SIDE ** 2,
  failOn: 'error',
  sequentialRead: true,
};
const TRANSPARENT = { r: 0, g: 0, b: 0, alpha: 0 };
const BUSY_SECONDS = 5;

/**
 * Turns what somebody has uploaded into a picture of our own: of the file itself nothing is kept, nor
 * of what it says about itself.
 */
@Injectable()
export class LogoDecoder {
  private last: Promise<unknown> = Promise.resolve();
  private undecoded = 0;

  /**
   * @param file PNG, JPEG or WebP, whatever its type says
   * @returns a square PNG of at most `LOGO_SIDE` pixels a side
   * @throws ApiError validation_failed with a reason that says what to do; service_unavailable while
   *   too many others wait
   */
  async decode(file: Buffer): Promise<Buffer> {
    if (this.undecoded >= MAX_UNDECODED) {
      throw new ApiError(
        'service_unavailable',
        'Too many logos are being uploaded at this moment. Nothing was saved; send it again soon.',
        { retryAfterSeconds: BUSY_SECONDS },
      );
    }
    this.undecoded += 1;
    try {
      await refuseUnfit(file);
      const turn = this.last.then(() => redraw(file));
      this.last = turn.catch(() => undefined);
      return await turn;
    } finally {
      this.undecoded -= 1;
    }
  }
}

const REDO = 'Open it in an image program and export it as PNG';
const NO_IMAGE: Reason = [
  'unsupported_image',
  `This is no PNG, JPEG or WebP. ${REDO}, for example with 512 × 512 px.`,
];
const DAMAGED: Reason = ['damaged_image', `The image is damaged or not complete. ${REDO} again.`];
const MORE: Reason = [
  'more_than_an_image',
  `The file goes on after the end of the image. ${REDO} again.`,
];
const TOO_SLOW: Reason = [
  'too_slow',
  `The image takes too long to decode. ${REDO}, with fewer pixels.`,
];
type Reason = [code: string, message: string];

const refused = ([code, message]: Reason): ApiError =>
  validationFailed([{ field: 'logo', code, message }]);

/** Everything that can be known without decoding a single pixel. */
async function refuseUnfit(file: Buffer): Promise<void> {
  const format = logoFormat(file);
  if (!format) throw refused(NO_IMAGE);
  const end = endOfImage(file, format);
  if (end === null) throw refused(DAMAGED);
  if (end < file.length) throw refused(MORE);
  // The limit would hide how large it is. Only the header is read.
  const image = await open(file, { ...DECODING, limitInputPixels: false });
  const { width, height } = await image.metadata().catch(() => {
    throw refused(DAMAGED);
  });
  if (width > MAX_LOGO_SIDE || height > MAX_LOGO_SIDE) {
    throw refused([
      'too_many_pixels',
      `The image has ${width} × ${height} px; ${MAX_LOGO_SIDE} × ${MAX_LOGO_SIDE} are the most. Scale it down, for example to 512 × 512.`,
    ]);
  }
}

/** Upright, in a square, in the colours of the web, and without what cameras and programs note. */
async function redraw(file: Buffer): Promise<Buffer> {
  const image = await open(file, DECODING);
  const { width, height } = await image.metadata();
  const side = Math.min(LOGO_SIDE, Math.max(width, height));
  return image
    .autoOrient()
    .toColourspace('srgb')
    .resize(side, side, { fit: 'contain', background: TRANSPARENT })
    .png({ compressionLevel: 9 })
    .timeout({ seconds: MAX_DECODING_SECONDS })
    .toBuffer()
    .catch((error: Error) => {
      throw refused(/timeout/i.test(error.message) ? TOO_SLOW : DAMAGED);
    });
}

let loading: Promise<typeof sharp> | undefined;

/** The decoder is loaded when the first logo comes: most runs of the program never see one. */
async function open(file: Buffer, options: SharpOptions): Promise<Sharp> {
  // What has failed is tried again with the next logo.
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return (await loading)(file, options);
}

async function load(): Promise<typeof sharp> {
  const { default: decoder } = await import('sharp');
  // All others that it was built with, SVG among them, are switched off.
  decoder.block({ operation: ['VipsForeignLoad'] });
  decoder.unblock({
    operation: ['Png', 'Jpeg', 'Webp'].map((format) => `VipsForeignLoad${format}Buffer`),
  });
  decoder.concurrency(1);
  decoder.cache(false);
  return decoder;
}
