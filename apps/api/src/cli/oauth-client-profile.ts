import { type Command, Option } from 'commander';
import {
  type ClientProfile,
  PROFILE_FIELDS,
  type ProfileField,
} from '../oauth-clients/client-record.js';
import type { Cell } from './terminal.js';

/** What was given on the command line, under the names that commander gives to options. */
export type GivenProfile = Record<string, unknown>;

/** `redirectUris` → `--redirect-uri`: a list's option is repeated. */
export function optionName({ name, singular }: { name: string; singular?: string }): string {
  return `--${(singular ?? name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * An option for each field of a client's profile; two for a yes-or-no field.
 * @param needed the fields that must be given
 */
export function withProfileOptions(command: Command, needed: readonly string[]): Command {
  for (const field of PROFILE_FIELDS) {
    for (const option of optionsOf(field)) {
      if (needed.includes(field.name)) {
        option.description += ' (required)';
        option.makeOptionMandatory();
      }
      command.addOption(option);
    }
  }
  return command;
}

function optionsOf({ description, value = 'value', ...field }: ProfileField): Option[] {
  const { help = description.charAt(0).toLowerCase() + description.slice(1) } = field;
  const name = optionName(field);
  if (typeof help !== 'string') {
    // The positive one comes first, so that leaving both out sets nothing.
    return [new Option(name, help.yes), new Option(name.replace('--', '--no-'), help.no)];
  }
  const option = new Option(`${name} <${value}>`, help);
  if (!field.singular) return [option];
  return [option.argParser((item: string, list: string[] = []) => [...list, item])];
}

/** The profile that the options describe, as the API takes it: an empty address removes one. */
export function profileOf(given: GivenProfile): object {
  const values = PROFILE_FIELDS.map(({ name, singular, nullable }) => {
    const value = given[singular ?? name];
    const empty = value === '' || (Array.isArray(value) && value.every((item) => item === ''));
    return [name, nullable && empty ? null : value];
  });
  return Object.fromEntries(values) as object;
}

/** A client's profile in the words of `oauth-clients show`. */
export function profileRows(
  profile: Readonly<ClientProfile>,
): (readonly [string, Cell | Cell[]])[] {
  return PROFILE_FIELDS.map(({ name, label, words }) => {
    const value = profile[name];
    if (typeof value === 'boolean') return [label, words?.[value ? 'yes' : 'no'] ?? value];
    return [label, typeof value === 'object' && value ? [...value] : value];
  });
}
