import { MAX_PERSON_NAME_LENGTH } from '@flixcheck/api-types/limits';
import { InvitedInput } from '../api/types';

export interface InvitedLine {
  /** From 1, as people count. */
  line: number;
  text: string;
  person: Pick<InvitedInput, 'email' | 'firstName' | 'lastName'> | null;
}

/**
 * People as they are pasted from mails and tables: one a line, an address with the name before or
 * after it in any of the usual signs, or several in a line as a mail's recipients stand there.
 * @returns the people and the lines that are not empty; `person` is null where there is not
 *   exactly one address
 */
export function invitedPeople(text: string): InvitedLine[] {
  return text.split(/\r?\n/).flatMap((raw, index) =>
    peopleIn(raw)
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => ({ line: index + 1, text: part, person: personOf(part) })),
  );
}

/** Between people: a semicolon, or the comma after an address, even a broken one, with another ahead. */
const BETWEEN_PEOPLE = /;|(?<=@[^\s,;<>@]*>?\s*),(?=[^;]*@)/;

/** The API looks closer; this much is missing where an address was cut off. */
const ADDRESS = /^[^@]+@[^@]+$/;

function peopleIn(line: string): string[] {
  const several = line.split('@').length > 2;
  return several ? line.split(BETWEEN_PEOPLE) : [line];
}

/** As address books and mails write it: the comma puts the last name first. */
const LAST_NAME_FIRST = /^"?([^",;<>@]+),([^",;<>@]+)"?\s*<[^<>]+>[;,]?$/;

function personOf(line: string): InvitedLine['person'] {
  const words = line.split(/[\s,;<>"()]+/).filter((word) => word !== '');
  const [email, ...others] = words.filter((word) => word.includes('@'));
  if (email === undefined || others.length > 0 || !ADDRESS.test(email)) return null;
  const [firstName, lastName] = namesOf(
    line,
    words.filter((word) => word !== email),
  );
  return {
    email: email.replace(/^mailto:/i, ''),
    firstName: firstName.slice(0, MAX_PERSON_NAME_LENGTH),
    lastName: lastName.slice(0, MAX_PERSON_NAME_LENGTH),
  };
}

/** @returns first name and last name */
function namesOf(line: string, words: string[]): [string, string] {
  const [, last, first] = LAST_NAME_FIRST.exec(line) ?? [];
  if (last?.trim() && first?.trim()) return [first.trim(), last.trim()];
  return words.length > 1
    ? [words.slice(0, -1).join(' '), words.at(-1) ?? '']
    : [words.join(' '), ''];
}
