import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { PersonalData } from '../database/personal-data.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { runBeside } from '../testing/cli.js';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import type { DataSubject } from './data-subject.js';
import { PeopleModule } from './people.module.js';
import { everythingAbout, MARKS } from '../testing/personal-data.js';
import { PersonalDataExport } from './personal-data-export.js';

const EMAIL = 'user@musterhaus.example';
const COLLEAGUE = 'admin@musterhaus.example';

let test: TestContext;
let user: Person;
beforeAll(async () => {
  test = await createTestModule([PeopleModule]);
  await test.app.get(SigningKeys).startSigning();
  user = await everythingAbout(test, EMAIL);
});
afterAll(() => test.close());

const exportOf = async (subject: DataSubject) =>
  text(await test.app.get(PersonalDataExport).document(subject, user.id));
const lists = (document: string) =>
  JSON.parse(document) as Record<string, Record<string, unknown>[]> & { about: object };
const declared = () => test.app.get(PersonalData).all.flatMap(({ export: shown }) => shown ?? []);

describe('an export of what is stored about a person', () => {
  it('has something of every table that holds something about the person', async () => {
    const document = lists(await exportOf({ userId: user.id }));
    const empty = declared()
      .filter(({ ofCompanyOnly }) => !ofCompanyOnly)
      .filter(({ list }) => !document[list]?.length);
    expect(empty).toEqual([]);
    for (const mark of Object.values(MARKS)) expect(JSON.stringify(document)).toContain(mark);
    expect(document.about).toEqual({ type: 'person', id: user.id, email: EMAIL });
    expect(document['profile']).toMatchObject([{ firstName: expect.any(String), email: EMAIL }]);
  });

  it('has readable names, times in ISO 8601, and neither a secret nor the hash of one', async () => {
    const document = await exportOf({ userId: user.id });
    for (const [list, rows] of Object.entries(lists(document))) {
      if (!Array.isArray(rows)) continue;
      for (const [name, value] of rows.flatMap((row) => Object.entries(row))) {
        const field = `${list}: ${name}`;
        expect([field, name]).toEqual([field, expect.stringMatching(/^[a-z][A-Za-z]*$/)]);
        expect([field, /hash|secret|sealed|token$|password$/i.test(name)]).toEqual([field, false]);
        if (!/(^at|At)$/.test(name) || value === null) continue;
        expect([field, value]).toEqual([
          field,
          expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        ]);
      }
    }
    expect(document).not.toContain('"Buffer"');
    expect(document).not.toContain('$argon2id$');
  });

  it('names no colleague: what others did to the person stands there with their id', async () => {
    expect(await exportOf({ userId: user.id })).not.toContain(COLLEAGUE);
  });

  it('is recorded in the audit trail, and itself in the next one', async () => {
    await exportOf({ userId: user.id });
    const { auditRecords = [] } = lists(await exportOf({ userId: user.id }));
    const exports = auditRecords.filter(({ action }) => action === 'personal_data_exported');
    expect(exports.at(-1)).toMatchObject({ actorId: user.id, subjectId: user.id });
  });

  it('reads on only as it is read, and lets go of the database when its reader leaves', async () => {
    await test.dataSource.query(
      `INSERT INTO connection_usage (connection_id, day, requests)
       SELECT c.id, '2000-01-01'::date + n, 1
         FROM (SELECT id FROM connections WHERE user_id = $1 LIMIT 1) c, generate_series(1, 5000) n`,
      [user.id],
    );
    const busy = async (): Promise<number> =>
      (
        await test.dataSource.query(
          `SELECT count(*)::integer AS n FROM pg_stat_activity
            WHERE state = 'idle in transaction' AND datname = current_database()`,
        )
      )[0].n;
    const whole = await exportOf({ userId: user.id });
    expect(lists(whole)['connectionUsage']?.length).toBeGreaterThan(5000);
    const content = await test.app.get(PersonalDataExport).document({ userId: user.id }, null);
    for await (const part of content) {
      expect(String(part).length).toBeLessThan(1000);
      expect(await busy()).toBe(1);
      break;
    }
    expect(content.destroyed).toBe(true);
    while ((await busy()) > 0);
  });

  it('is written by the command line, whoever asked for it', async () => {
    const { exitCode, out } = await runBeside(test, ['people', 'export', EMAIL]);
    expect([exitCode, lists(out).about]).toEqual([
      0,
      { type: 'person', id: user.id, email: EMAIL },
    ]);
    const unknown = await runBeside(test, ['people', 'export', 'niemand@musterhaus.example']);
    expect([unknown.exitCode, unknown.out]).toEqual([1, '']);
    expect(unknown.error).toContain('niemand@musterhaus.example');
  });
});

describe('an export of what is stored about a company', () => {
  it('has everybody in it, what is the company’s own, and nothing of other companies', async () => {
    const { exitCode, out } = await runBeside(test, ['accounts', 'export', user.accountId]);
    expect(exitCode).toBe(0);
    const document = lists(out);
    expect(document.about).toMatchObject({ type: 'company', id: user.accountId });
    expect(document['profile']?.map(({ email }) => email)).toEqual(
      expect.arrayContaining([EMAIL, COLLEAGUE]),
    );
    // What ended many connections at once is forgotten as soon as their rows have followed.
    const lasting = declared().filter(({ list }) => list !== 'connectionEndings');
    expect(lasting.filter(({ list }) => !document[list]?.length)).toEqual([]);
    const stranger = await person(test, 'admin@beispiel.example');
    for (const others of [stranger.id, stranger.accountId, 'admin@beispiel.example']) {
      expect(out).not.toContain(others);
    }
  });

  it('says that there is no such company', async () => {
    for (const id of [randomUUID(), 'Musterhaus']) {
      const { exitCode, error } = await runBeside(test, ['accounts', 'export', id]);
      expect([exitCode, error]).toEqual([1, expect.stringMatching(/account/)]);
    }
  });
});
