import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import type { UserSearch } from '../users/find-users.js';
import { UsersModule } from '../users/users.module.js';
import { UsersService } from '../users/users.service.js';

/** First and last names whose order a computer gets wrong that does not know German. */
const PEOPLE = [
  ['Zoë', 'Müller-Weiß'],
  ['Anna', 'Österreicher'],
  ['Bernd', 'Ostermann'],
  ['Çelik', 'Ärger'],
  ['Dora', 'Arens'],
  ['Emil', 'Weiß'],
  ['Emil', 'Weiss'],
  ['Fritz', 'Weißberg'],
  ['René', 'Éclair'],
  ['Joerg', 'Ebert'],
  ['Hans', 'Zimmer'],
  ['Ida', 'Ähnlich'],
  ['Jan', 'Łódzki'],
  ['100 %', 'Prozent_'],
];
let test: TestContext;
let accountId: string;

beforeAll(async () => {
  test = await createTestModule([UsersModule]);
  for (const [index, [firstName, lastName]] of PEOPLE.entries()) {
    await test.dataSource.query(
      `INSERT INTO users SELECT $1, account_id, $2, $3, $4, role, locale, status, password_hash,
         $5, created_at + $6 * interval '1 microsecond', updated_at
       FROM users WHERE email = 'user@musterhaus.example'`,
      [
        randomUUID(),
        `person${index}@musterhaus.example`,
        firstName,
        lastName,
        index % 3 === 0 ? new Date(2026, 0, index + 1) : null,
        index + 1,
      ],
    );
  }
  ({ accountId } = await person(test));
});
afterAll(() => test.close());

const list = (search: UserSearch, account = accountId) =>
  test.app.get(UsersService).list(account, search);
const names = async (search: UserSearch): Promise<string[]> =>
  (await list(search)).resources.map((user) => `${user.firstName} ${user.lastName}`);
const find = (q: string) => names({ q });

/** Page by page, with what each says about the whole. */
async function walk(
  sort: UserSearch['sort'],
  limit: number,
): Promise<{ ids: string[]; totals: number[] }> {
  const ids: string[] = [];
  const totals: number[] = [];
  let cursor: string | undefined;
  do {
    const { resources, meta } = await list({ sort, limit, cursor });
    ids.push(...resources.map(({ id }) => id));
    totals.push(meta.total);
    cursor = meta.nextCursor;
  } while (cursor);
  return { ids, totals };
}

describe('the order of the account’s users', () => {
  it('by name is that of a German dictionary: ä beside a, ß as ss, é beside e', async () => {
    const listed = (await names({ sort: 'name', limit: 100 })).map((name) =>
      name.replace(/^\S+ /, ''),
    );
    expect(listed.filter((name) => !/Musterhaus|Prozent/.test(name))).toEqual([
      'Ähnlich',
      'Arens',
      'Ärger',
      'Ebert',
      'Éclair',
      'Łódzki',
      'Müller-Weiß',
      'Ostermann',
      'Österreicher',
      'Weiss',
      'Weiß',
      'Weißberg',
      'Zimmer',
    ]);
  });

  it('by name takes the first name where the last name is the same', async () => {
    expect(await names({ sort: 'name', q: 'musterhaus', limit: 100 })).toEqual(
      expect.arrayContaining(['Admin Musterhaus', 'User Musterhaus']),
    );
    const both = (await names({ sort: 'name', limit: 100 })).filter((name) =>
      / Musterhaus$/.test(name),
    );
    expect(both).toEqual(['Admin Musterhaus', 'User Musterhaus']);
  });

  it('is the oldest first, unless asked otherwise', async () => {
    const listed = await names({ limit: 100 });
    expect(listed).toEqual(await names({ limit: 100, sort: 'createdAt' }));
    expect(listed.slice(2, 4)).toEqual(['Zoë Müller-Weiß', 'Anna Österreicher']);
  });

  it.each(['createdAt', 'name', 'email', 'lastSignInAt'] as const)(
    'by %s is the same in pages of any size, and turned round with a minus',
    async (sort) => {
      const whole = await walk(sort, 100);
      expect(whole.ids).toHaveLength(PEOPLE.length + 2);
      for (const limit of [1, 3, 7]) {
        expect((await walk(sort, limit)).ids).toEqual(whole.ids);
      }
      const turned = await walk(`-${sort}`, 5);
      expect(turned.ids).toEqual([...whole.ids].reverse());
    },
  );

  it('by last sign-in puts those who never did at the far end', async () => {
    const { resources } = await list({ sort: '-lastSignInAt', limit: 100 });
    const times = resources.map(({ lastSignInAt }) => lastSignInAt?.toISOString() ?? null);
    const signedIn = times.filter((time) => time !== null);
    expect(times.slice(0, signedIn.length)).toEqual([...signedIn].sort().reverse());
    expect(times.slice(signedIn.length).every((time) => time === null)).toBe(true);
  });
});

describe('how many users there are', () => {
  it('is said on every page, whatever its size', async () => {
    const { totals } = await walk('name', 5);
    expect(totals).toEqual([16, 16, 16, 16]);
  });

  it('counts those who are found, not those who are shown', async () => {
    const { resources, meta } = await list({ q: 'musterhaus.example', limit: 1 });
    expect([resources.length, meta.total]).toEqual([1, 16]);
    expect(await list({ q: 'niemand' })).toEqual({ resources: [], meta: { total: 0 } });
  });
});

describe('the search for users', () => {
  it.each([
    'zoe',
    'ZOË',
    'müll',
    'muller',
    'mueller-weiss',
    'weiß zo',
    '  weiss   zoe ',
    'Mu\u0308ller',
    'person0@',
  ])('finds Zoë Müller-Weiß by “%s”', async (q) => {
    expect(await find(q)).toEqual(['Zoë Müller-Weiß']);
  });

  it.each([
    ['oesterreich', ['Anna Österreicher']],
    ['Jörg', ['Joerg Ebert']],
    ['eclair', ['René Éclair']],
    ['lodzki', ['Jan Łódzki']],
    ['weiß', ['Zoë Müller-Weiß', 'Emil Weiß', 'Emil Weiss', 'Fritz Weißberg']],
  ])('finds by “%s” whoever is spelt so', async (q, found) => {
    expect(await find(q)).toEqual(found);
  });

  it.each(['maier', 'zoe maier', 'zoemüller', "zoe' OR 1=1 --", '\\'])(
    'does not find anybody by “%s”',
    async (q) => {
      expect(await find(q)).toEqual([]);
    },
  );

  it('takes a per cent sign and an underscore for what they are', async () => {
    expect(await find('%')).toEqual(['100 % Prozent_']);
    expect(await find('prozent_')).toEqual(['100 % Prozent_']);
    expect(await find('z_e')).toEqual([]);
  });

  it('finds everybody with an empty one', async () => {
    expect(await names({ q: ' ', limit: 100 })).toHaveLength(16);
  });

  it('finds nobody of another account', async () => {
    const other = await person(test, 'admin@beispiel.example');
    const found = await list({ q: 'musterhaus' }, other.accountId);
    expect(found).toEqual({ resources: [], meta: { total: 0 } });
  });
});
