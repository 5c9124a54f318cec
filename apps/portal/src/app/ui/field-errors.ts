import { ApiError } from '../api/problem';
import { Formats } from '../i18n/formats';

/**
 * What the API complains about, as a form takes it from its submit action.
 * @param fieldAt the field that shows the errors of a path of the API, if there is one
 */
export function fieldErrors<Field>(
  { problem }: ApiError,
  fieldAt: (path: string) => Field | undefined,
): { kind: string; fieldTree: Field }[] {
  return problem.errors.flatMap(({ field, code }) => {
    const fieldTree = fieldAt(field);
    return fieldTree === undefined ? [] : [{ kind: code, fieldTree }];
  });
}

/** What the sentence "too long" says: how many characters there are, and how many there may be. */
export function tooLong(text: string, max: number, formats: Formats) {
  return { written: formats.number([...text.trim()].length), max: formats.number(max) };
}
