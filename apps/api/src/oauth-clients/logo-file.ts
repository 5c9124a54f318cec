/** What a logo is uploaded as. */
export const LOGO_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;

export type LogoFormat = 'png' | 'jpeg' | 'webp';

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const JPEG_SIGNATURE = Buffer.from('ffd8ff', 'hex');
const CRC_BYTES = 4;

/**
 * Which kind of image begins with these bytes. Whatever the sender calls it: names and types of files
 * are often wrong, and nothing else may ever reach a decoder.
 * @returns null for everything else, SVG and GIF included
 */
export function logoFormat(file: Buffer): LogoFormat | null {
  if (file.subarray(0, 8).equals(PNG_SIGNATURE)) return 'png';
  if (file.subarray(0, 3).equals(JPEG_SIGNATURE)) return 'jpeg';
  const isWebp = file.toString('latin1', 0, 4) === 'RIFF' && at(file, 8) === 'WEBP';
  return isWebp ? 'webp' : null;
}

/**
 * Where the image ends by its own structure: what follows is something else in the same file.
 * @returns an offset, null where the file ends before the image does
 */
export function endOfImage(file: Buffer, format: LogoFormat): number | null {
  const end = { png: endOfPng, jpeg: endOfJpeg, webp: endOfWebp }[format](file);
  return end !== null && end <= file.length ? end : null;
}

const at = (file: Buffer, offset: number): string => file.toString('latin1', offset, offset + 4);

/** Chunks of length, name, data and checksum, the last one is IEND (PNG, section 5.3). */
function endOfPng(file: Buffer): number | null {
  let offset = PNG_SIGNATURE.length;
  while (offset + 8 <= file.length) {
    const name = at(file, offset + 4);
    offset += 8 + file.readUInt32BE(offset) + CRC_BYTES;
    if (name === 'IEND') return offset;
  }
  return null;
}

/** A RIFF container says how long it is; odd lengths are padded (RFC 9649 §2.3). */
function endOfWebp(file: Buffer): number | null {
  if (file.length < 12) return null;
  const length = file.readUInt32LE(4);
  return 8 + length + (length % 2);
}

const EOI = 0xd9;
const SOS = 0xda;
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** Marker segments, of which SOS is followed by coded data up to the next marker (ITU-T T.81, B.1.1). */
function endOfJpeg(file: Buffer): number | null {
  let offset = 2;
  while (offset + 2 <= file.length) {
    const marker = file[offset + 1] ?? 0;
    if (file[offset] !== 0xff) return null;
    // Any marker may be preceded by fill bytes.
    if (marker === 0xff) offset += 1;
    else if (marker === EOI) return offset + 2;
    else {
      if (offset + 4 > file.length) return null;
      offset += 2 + file.readUInt16BE(offset + 2);
      if (marker === SOS) offset = endOfCodedData(file, offset);
    }
  }
  return null;
}

function endOfCodedData(file: Buffer, start: number): number {
  for (let offset = file.indexOf(0xff, start); offset >= 0;) {
    const next = file[offset + 1] ?? 0;
    if (next !== 0 && !isRestart(next)) return offset;
    offset = file.indexOf(0xff, offset + 2);
  }
  return file.length;
}
