import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addApplication,
  addMembers,
  expectRefusedSoon,
  type Fleet,
  startFleet,
} from '../fleet/fleet.js';
import { openFamilies, rotate } from '../fleet/families.js';
import { report, scale, times } from '../fleet/scale.js';

const ROUNDS = scale('LOAD_FAMILY_ROUNDS', 3);
const OLD = 10;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.nodes.stop());

describe('earlier families are revoked while 50 workers refresh, over two processes (RFC 7009 §2.1)', () => {
  it('every revocation is acknowledged and final, and the newest grant loses and forks nothing', async () => {
    const [member] = await addMembers(fleet, 1);
    if (!member) throw new Error('there is nobody');
    for (let round = 0; round < ROUNDS; round += 1) {
      // The limit on failures counts for each application by itself.
      const application = await addApplication(fleet);
      const old = await openFamilies(OLD, application.at(0), member.session);
      await Promise.all(old.map((family, index) => rotate(family, application.at(index))));
      const [newest] = await openFamilies(1, application.at(1), member.session);
      if (!newest) throw new Error('there is no family');
      const [answers, endings, races] = await Promise.all([
        Promise.all(times(50, (index) => application.at(index).refresh(newest.current))),
        Promise.all(old.map(({ current }, index) => application.at(index).revoke(current))),
        Promise.all(old.map(({ current }, index) => application.at(index + 1).refresh(current))),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(times(50, () => 200));
      const successors = new Set(answers.map(({ body }) => body.refresh_token));
      expect(successors.size).toBe(1);
      expect(endings.map(({ status }) => status)).toEqual(times(OLD, () => 200));
      for (const [index, family] of old.entries()) {
        await expectRefusedSoon(fleet, family.accessToken);
        const late = races[index];
        if (late?.status !== 200) continue;
        // Refreshed before its end: that does not outlive it.
        await expectRefusedSoon(fleet, late.body.access_token);
        const next = await application.at(index).introspect(late.body.refresh_token);
        expect(next.body['active']).toBe(false);
      }
      const [successor = ''] = successors;
      expect((await application.at(0).refresh(successor)).status).toBe(200);
    }
    report('family endings', { rounds: ROUNDS, workers: 50, ended: ROUNDS * OLD });
  }, 120_000);
});
