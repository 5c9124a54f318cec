import { isSecret, JsonBody, plain, RequestDescription, Value } from '../request-description';

/** How a language writes what a request is made of. */
export interface Language {
  text: (value: string) => string;
  variable: (name: string) => string;
  /** What joins parts of a text. */
  plus: string;
}

/**
 * A value as an expression of the language.
 * @param open whether secrets are written out; without a value they keep their variable
 */
export function expression(value: Value, language: Language, open: boolean): string {
  if (typeof value === 'string') return language.text(value);
  if (open && value.value !== null) return language.text(plain(value));
  return [
    ...(value.prefix ? [language.text(value.prefix)] : []),
    language.variable(value.variable),
    ...(value.suffix ? [language.text(value.suffix)] : []),
  ].join(language.plus);
}

/** `name: value` in whatever the language has for it, one per line. */
export function entries(
  values: Readonly<Record<string, Value>>,
  write: (name: string, value: Value) => string,
  indent: string,
): string {
  return Object.entries(values)
    .map(([name, value]) => `${indent}${write(name, value)}\n`)
    .join('');
}

/** A body as a literal of the language, nested as deep as it is. */
export function literal(
  body: JsonBody,
  write: {
    open: string;
    close: string;
    /** What one level deeper is indented by. */
    step: string;
    entry: (name: string, value: string) => string;
    value: (value: Value) => string;
  },
  indent: string,
): string {
  const inner = Object.entries(body).map(([name, value]) => {
    const written =
      typeof value === 'string' || isSecret(value)
        ? write.value(value)
        : literal(value, write, `${indent}${write.step}`);
    return `${indent}${write.step}${write.entry(name, written)},\n`;
  });
  return `${write.open}\n${inner.join('')}${indent}${write.close}`;
}

/** A link to the authorize page, but for what is drawn anew for each user. */
export interface LinkDescription {
  /** Of the page, without a query. */
  address: string;
  fixed: Readonly<Record<string, string>>;
}

/** Whether any of the request's values comes from the environment. */
export function readsEnvironment(request: RequestDescription, open: boolean): boolean {
  const inside = (body: JsonBody): boolean =>
    Object.values(body).some((value) =>
      isSecret(value) ? !open || value.value === null : typeof value === 'object' && inside(value),
    );
  return [request.headers, request.form ?? {}, request.json ?? {}].some(inside);
}
