import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { median } from './requests.mjs';

/** So many addresses for each reason: one alone would tell where its rows lie, too. */
const ADDRESSES = 40;
/** So many failures for one address are followed by a refusal. */
const FAILURES = 10;

/**
 * Whether the time of a refused sign-in tells why it was refused: the same number of attempts for
 * each reason, one at a time and in random order.
 * @param attempts for each reason
 * @returns a row for each, with the median in ms, and the two-sided p of the Mann–Whitney test
 *   against the first of its kind
 */
export async function benchRefusals({ attempts }, { api, database }) {
  const addresses = Math.min(ADDRESSES, attempts);
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const forget = () => client.query('DELETE FROM sign_in_failures');
  const setStatus = (emails, status) =>
    client.query('UPDATE users SET status = $1 WHERE email = ANY ($2)', [status, emails]);
  const { rows } = await client.query(
    `SELECT email FROM users WHERE email ~ '^[0-9a-f-]{36}@musterhaus' ORDER BY random() LIMIT $1`,
    [2 * addresses],
  );
  const people = rows.map(({ email }) => email);
  // What somebody may try who does not know whether an address has an account.
  const known = people.splice(0, addresses);
  const disabled = people;
  const unknown = known.map(() => `${randomUUID()}@musterhaus.example`);
  try {
    await setStatus(disabled, 'disabled');
    const reasons = {
      'wrong password': known,
      'unknown address': unknown,
      'disabled account': disabled,
    };
    const wrong = await sample(api, reasons, attempts, 401, forget);
    await forget();
    // The same, once there have been too many failures for each of them, though not for the network.
    for (const email of [...known, ...unknown]) {
      for (let time = 0; time < FAILURES; time++) await refused(api, email, 401);
      await client.query(`UPDATE sign_in_failures SET network = 'another'`);
    }
    const over = { 'limited, wrong password': known, 'limited, unknown address': unknown };
    const limited = await sample(api, over, attempts, 429);
    return [...compared(wrong), ...compared(limited)];
  } finally {
    await forget();
    await setStatus(disabled, 'active');
    await client.end();
  }
}

/** @param reasons by name, the addresses of each */
async function sample(api, reasons, attempts, status, before = () => undefined) {
  const names = Object.keys(reasons);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  const { length: addresses } = reasons[names[0]];
  // The first ones open connections and compile, and each address leaves its first record.
  for (let round = -addresses; round < attempts; round++) {
    for (const name of shuffled(names)) {
      await before();
      const ms = await refused(api, reasons[name][(round + addresses) % addresses], status);
      if (round >= 0) samples[name].push(ms);
    }
  }
  return samples;
}

async function refused({ url }, email, status) {
  const sentAt = performance.now();
  const response = await fetch(`${url}/guest/v7/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resource: { email, password: 'no password of anybody' } }),
  });
  const text = await response.text();
  const ms = performance.now() - sentAt;
  if (response.status !== status) throw new Error(`${response.status}: ${text}`);
  return ms;
}

function compared(samples) {
  const [first] = Object.values(samples);
  return Object.entries(samples).map(([reason, ms]) => ({
    reason,
    attempts: ms.length,
    ms: median(ms),
    p: ms === first ? null : mannWhitney(first, ms),
  }));
}

function shuffled(values) {
  const rest = [...values];
  return values.map(() => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]);
}

/**
 * How likely two samples of the same distribution differ at least as much as these (Mann–Whitney U
 * with the normal approximation, which needs about 20 of each; ties share their ranks).
 */
export function mannWhitney(one, other) {
  const all = [...one.map((value) => [value, true]), ...other.map((value) => [value, false])];
  all.sort(([a], [b]) => a - b);
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < all.length;) {
    let end = start;
    while (end < all.length && all[end][0] === all[start][0]) end++;
    const rank = (start + 1 + end) / 2;
    rankSum += rank * all.slice(start, end).filter(([, isOne]) => isOne).length;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  const [m, n, total] = [one.length, other.length, all.length];
  const u = rankSum - (m * (m + 1)) / 2;
  const deviation = Math.sqrt(((m * n) / 12) * (total + 1 - ties / (total * (total - 1))));
  if (deviation === 0) return 1;
  return twoSided(Math.max(0, Math.abs(u - (m * n) / 2) - 0.5) / deviation);
}

/** Of the normal distribution (Abramowitz and Stegun, 7.1.26: exact to seven digits). */
function twoSided(z) {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const terms = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
  return terms.reduceRight((sum, term) => (sum + term) * t, 0) * Math.exp(-x * x);
}
