import sharp, { type Sharp } from 'sharp';
import { crc32, deflateSync } from 'node:zlib';

/** One colour, in as many pixels as are asked for. */
export const picture = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 4, background: '#c82814' } });

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const RGBA = Buffer.from([8, 6, 0, 0, 0]);

/** A PNG whose header says what its pixels need not be. */
export function pngOf(width: number, height: number, pixels: Buffer): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', Buffer.concat([size, RGBA])),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([numbers.subarray(0, 4), named, numbers.subarray(4)]);
}
