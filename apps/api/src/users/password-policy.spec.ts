import { afterAll, expect, it } from '@jest/globals';
import { PasswordPolicy } from './password-policy.js';

const one = new PasswordPolicy();
const other = new PasswordPolicy();
afterAll(() => other.onModuleDestroy());

const threads = () => (process.report.getReport() as { workers: unknown[] }).workers.length;

it('is judged by one thread for all in a process, which goes on when one of them closes', async () => {
  const before = threads();
  const levels = async (...policies: PasswordPolicy[]) =>
    (await Promise.all(policies.map((policy) => policy.assess('drei-blaue-elefanten', [])))).map(
      ({ level }) => level,
    );
  expect(await levels(one, other)).toEqual([3, 3]);
  expect(threads() - before).toBeLessThanOrEqual(1);
  const waiting = levels(other);
  await one.onModuleDestroy();
  expect(await waiting).toEqual([3]);
});
