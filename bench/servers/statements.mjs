import { randomBytes, randomUUID } from 'node:crypto';

/**
 * Has the driver remember what is sent to the database, between `record` and `recorded`.
 * @param pg the driver, as the program to be recorded loads it
 */
export function recordStatements({ Client }) {
  const { query } = Client.prototype;
  let statements = [];
  return {
    record() {
      statements = [];
      Client.prototype.query = function (statement, values, ...rest) {
        if (typeof statement === 'string') {
          statements.push({ text: statement, values: Array.isArray(values) ? values : [] });
        } else if (statement.text !== undefined) {
          const { name, text, values: own = [] } = statement;
          statements.push({ name, text, values: own });
        }
        return query.call(this, statement, values, ...rest);
      };
    },
    recorded() {
      Client.prototype.query = query;
      return statements;
    },
  };
}

/**
 * Has the driver note for how many milliseconds each statement was under way, until `end`.
 * @param pg the driver, as the program to be timed loads it
 */
export function timeStatements({ Client }) {
  const { query } = Client.prototype;
  const all = [];
  Client.prototype.query = function (statement, ...rest) {
    const sentAt = performance.now();
    const note = () =>
      all.push({ text: statement.text ?? statement, ms: performance.now() - sentAt });
    const callback = rest.at(-1);
    if (typeof callback === 'function') {
      rest[rest.length - 1] = (...results) => {
        note();
        callback(...results);
      };
    }
    const answer = query.call(this, statement, ...rest);
    if (typeof callback !== 'function') answer?.then?.(note, () => undefined);
    return answer;
  };
  return {
    all,
    end() {
      Client.prototype.query = query;
    },
  };
}

/**
 * The statements of one request, with new values where two requests had different ones. Ids, hashes
 * and secrets are new each time, and the same wherever they were the same; moments are the present.
 * @param earlier the same ones of the request before
 * @returns a function that makes the statements of one more request
 */
export function renewing(statements, earlier) {
  return () => {
    const known = new Map();
    return statements.map(({ name, text, values }, at) => ({
      name,
      text,
      values: values.map((value, place) => {
        const key = keyOf(value);
        if (key === keyOf(earlier[at].values[place])) return value;
        if (!known.has(key)) known.set(key, renewed(value));
        return known.get(key);
      }),
    }));
  };
}

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const NUMBER = /^\d+$/;
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

const keyOf = (value) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : JSON.stringify(value);

function renewed(value) {
  if (value instanceof Date) return new Date();
  if (value instanceof Uint8Array) return randomBytes(value.length);
  if (typeof value !== 'string') return value;
  if (UUID.test(value)) return randomUUID();
  if (MOMENT.test(value)) return new Date().toISOString();
  if (NUMBER.test(value)) return value;
  return randomBytes(value.length).toString('base64url').slice(0, value.length);
}
