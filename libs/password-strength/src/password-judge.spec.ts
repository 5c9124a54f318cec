import { afterAll, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { PasswordJudge } from './password-judge.js';

const judge = new PasswordJudge();
afterAll(() => judge.close());

/** What takes the library longest: disguised letters, repeated as often as there is room. */
const WORST = ['4@8({[<369!1|70$5+%2zs', '@4a3e1i0o5s7t$!8b', 'P@ssw0rd', '1.1.2020', 'aA1!'].map(
  (part) => part.repeat(200).slice(0, 200),
);

describe('the judge of passwords', () => {
  it('leaves the event loop to others while it works', async () => {
    await judge.judge('drei-blaue-elefanten', []);
    let done = false;
    let turns = 0;
    let longest = 0;
    const work = Promise.all(WORST.map((password) => judge.judge(password, []))).then(() => {
      done = true;
    });
    while (!done) {
      const { user, system } = process.threadCpuUsage();
      await setImmediate();
      const spent = process.threadCpuUsage();
      longest = Math.max(longest, spent.user + spent.system - user - system);
      turns += 1;
    }
    await work;
    expect(turns).toBeGreaterThan(WORST.length);
    expect(longest).toBeLessThan(20_000);
  });

  it('answers each question with its own judgement', async () => {
    const passwords = ['Passwort2026!', 'drei-blaue-elefanten', 'kurz'];
    const answers = await Promise.all(passwords.map((password) => judge.judge(password, [])));
    expect(answers.map(({ level }) => level)).toEqual([1, 3, 0]);
  });

  it('goes on in another thread where one has ended', async () => {
    const other = new PasswordJudge();
    await other.judge('drei-blaue-elefanten', []);
    await other.close();
    expect((await other.judge('drei-blaue-elefanten', [])).level).toBe(3);
    await other.close();
  });
});
