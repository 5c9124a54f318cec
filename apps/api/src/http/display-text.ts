import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\u2800\u3164]/u;

/** Marks that order Hebrew and Arabic text without reversing any letter. */
const DIRECTION_MARKS = /[\u061C\u200E\u200F]/gu;
const JOINED = String.raw`(?:[\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]|(?!\p{Script=Latin})\p{L})`;
/** The joiners that emoji, Persian and the Indic scripts are written with. */
const JOINERS = new RegExp(`(?<=${JOINED})[\\u200C\\u200D](?=${JOINED})`, 'gu');

/**
 * A line of text that people read when they decide whom to trust: no invisible, direction-changing
 * or line-breaking characters, nothing that only looks like an empty line.
 * @param options.asTyped what people write about people: white space at the ends, which is left by
 *   accident, may stay, and so may the unseen characters that scripts other than Latin need
 */
export function IsDisplayText(
  options?: ValidationOptions & { mayBeEmpty?: boolean; asTyped?: boolean },
) {
  const { mayBeEmpty = false, asTyped = false } = options ?? {};
  const seen = (text: string) =>
    asTyped ? text.replace(DIRECTION_MARKS, '').replace(JOINERS, '') : text;
  return ValidateBy(
    {
      name: 'displayText',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' &&
          (mayBeEmpty || seen(value).trim() !== '') &&
          (asTyped || value === value.trim()) &&
          !UNSEEN.test(seen(value)),
        defaultMessage: buildMessage(
          (each) =>
            `${each}$property must be ${mayBeEmpty ? 'a' : 'a non-empty'} line of text without invisible characters${asTyped ? '' : ' and without white space at its ends'}`,
          options,
        ),
      },
    },
    options,
  );
}
