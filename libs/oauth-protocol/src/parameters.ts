export interface ParameterProblem {
  parameter: string;
  problem: 'repeated' | 'not_a_string' | 'invalid_characters' | 'too_long';
}

export interface ParameterResult<Name extends string> {
  values: Partial<Record<Name, string>>;
  problems: ParameterProblem[];
}

const MAX_PARAMETER_LENGTH = 4096;
/** Control characters, and halves of a surrogate pair, which no URI can carry back (RFC 3986 §2.5). */
const UNFIT_CHARACTERS = /[\x00-\x08\x0a-\x1f\x7f\p{Surrogate}]/u;

/**
 * Picks the known parameters out of a query or body. Unknown ones are ignored (RFC 6749 §3.1,
 * §3.2); a known one sent twice, or whose value is not a string, is a problem; one without a value
 * counts as omitted. Only own properties are looked at, so no prototype can stand in for input.
 *
 * @param input an object as a form, query or JSON parser produced it (arrays are repeats)
 * @param known the parameters to read
 * @param repeatable those which may come several times (`resource`, RFC 8707 §2); the values are
 *   joined by a space, which no URI contains
 * @param ofAnyLength those which are bounded by the size of the body alone (`token`, of which an
 * unknown one is not an error: RFC 7009 §2.2, RFC 7662 §2.2)
 */
export function readParameters<Name extends string>(
  input: unknown,
  known: readonly Name[],
  repeatable: readonly Name[] = [],
  ofAnyLength: readonly Name[] = [],
): ParameterResult<Name> {
  const values: Partial<Record<Name, string>> = {};
  const problems: ParameterProblem[] = [];
  if (typeof input !== 'object' || input === null) return { values, problems };
  for (const name of known) {
    if (!Object.hasOwn(input, name)) continue;
    const raw: unknown = (input as Record<string, unknown>)[name];
    if (raw === undefined) continue;
    const value = Array.isArray(raw) && repeatable.includes(name) ? joined(raw) : raw;
    if (Array.isArray(value)) problems.push({ parameter: name, problem: 'repeated' });
    else if (typeof value !== 'string') problems.push({ parameter: name, problem: 'not_a_string' });
    else if (value.length > MAX_PARAMETER_LENGTH && !ofAnyLength.includes(name))
      problems.push({ parameter: name, problem: 'too_long' });
    else if (UNFIT_CHARACTERS.test(value))
      problems.push({ parameter: name, problem: 'invalid_characters' });
    else if (value !== '') values[name] = value;
  }
  return { values, problems };
}

function joined(values: unknown[]): unknown {
  if (!values.every((value) => typeof value === 'string')) return values;
  return values.filter((value) => value !== '').join(' ');
}

export function describeParameterProblem({ parameter, problem }: ParameterProblem): string {
  switch (problem) {
    case 'repeated':
      return `The parameter ${parameter} was sent more than once; send it once.`;
    case 'not_a_string':
      return `The parameter ${parameter} must be a string.`;
    case 'invalid_characters':
      return `The parameter ${parameter} contains control characters, or half a character.`;
    case 'too_long':
      return `The parameter ${parameter} is longer than ${MAX_PARAMETER_LENGTH} characters.`;
  }
}
