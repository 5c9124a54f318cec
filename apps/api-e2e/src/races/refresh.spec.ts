import { sql, type ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addApplication,
  addMembers,
  expectRefusedSoon,
  type Fleet,
  type Member,
  startFleet,
} from '../fleet/fleet.js';
import { type Family, openFamilies, rotate } from '../fleet/families.js';
import { loseAnswers } from './lost-answers.js';
import { inLanes, report, scale, times } from '../fleet/scale.js';

const ROTATIONS = scale('LOAD_ROTATIONS', 300);
const RACES = scale('LOAD_RACES', 5);
const THEFTS = scale('LOAD_THEFTS', 20);

const FAMILIES = 40;
const LIMIT_MS = 600_000;

let fleet: Fleet;
let member: Member;
beforeAll(async () => {
  fleet = await startFleet();
  [member] = (await addMembers(fleet, 1)) as [Member];
});
afterAll(() => fleet.nodes.stop());

/** Whether the database still knows a current token for each family, and for nothing else. */
async function familiesOf(application: { id: string }): Promise<{ generation: number }[]> {
  return sql(
    fleet.nodes.databaseUrl,
    `SELECT f.generation FROM refresh_token_families f JOIN connections c ON c.id = f.connection_id
     WHERE c.oauth_client_id = $1 AND f.ended_at IS NULL AND c.revoked_at IS NULL
     ORDER BY f.generation`,
    [application.id],
  );
}

async function isActive(client: ThirdParty, token: string): Promise<unknown> {
  return (await client.introspect(token)).body['active'];
}

describe('refresh tokens over two processes on one database', () => {
  it(
    'a retry after a lost answer gets the same successor: no connection lost, none forked',
    async () => {
      const application = await addApplication(fleet);
      const result = await loseAnswers(ROTATIONS, FAMILIES, application, member);
      report('lost answers', {
        rotations: ROTATIONS,
        families: FAMILIES,
        requests: result.requests,
        seconds: result.seconds,
        violations: result.violations.length,
      });
      expect(result.violations).toEqual([]);
      const made = result.families.reduce((sum, { rotations }) => sum + rotations, 0);
      expect(made).toBe(ROTATIONS);
      expect(await familiesOf(application)).toEqual(
        result.families
          .map(({ rotations }) => ({ generation: rotations + 1 }))
          .sort((a, b) => a.generation - b.generation),
      );
      for (const [index, { current, ancestors }] of result.families.entries()) {
        expect(await isActive(application.at(index), current)).toBe(true);
        expect(await isActive(application.at(index), ancestors.at(-1) ?? '')).toBe(false);
      }
    },
    LIMIT_MS,
  );

  it(
    'of 50 workers that race with one token, each gets the same successor',
    async () => {
      const application = await addApplication(fleet);
      const [family] = (await openFamilies(1, application.at(0), member.session)) as [Family];
      for (let race = 0; race < RACES; race++) {
        const answers = await Promise.all(
          times(50, (worker) => application.at(worker).refresh(family.current)),
        );
        expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
        const successors = new Set(answers.map(({ body }) => body.refresh_token));
        expect(successors.size).toBe(1);
        [family.current] = successors as unknown as [string];
      }
      report('races', { races: RACES, workers: 50 });
      expect(await familiesOf(application)).toEqual([{ generation: RACES + 1 }]);
      expect((await application.at(1).refresh(family.current)).status).toBe(200);
    },
    LIMIT_MS,
  );

  it.each([
    ['after its successor has been used', 0],
    ['more than 30 seconds after it was replaced', 31],
  ])(
    'a stolen ancestor used %s ends the family, every time, on both nodes (RFC 9700 §4.14)',
    async (_, late) => {
      // Fewer failures per application than the limit on failures lets through.
      const perApplication = 10;
      await inLanes(Math.ceil(THEFTS / 2 / perApplication), 2, async () => {
        const application = await addApplication(fleet);
        const [owner] = (await addMembers(fleet, 1)) as [Member];
        const families = await openFamilies(perApplication, application.at(0), owner.session);
        await Promise.all(
          families.map(async (family, index) => {
            await rotate(family, application.at(index));
            if (late === 0) await rotate(family, application.at(index + 1));
          }),
        );
        await sql(
          fleet.nodes.databaseUrl,
          `UPDATE refresh_token_families f SET rotated_at = f.rotated_at - make_interval(secs => $2)
           FROM connections c WHERE c.id = f.connection_id AND c.oauth_client_id = $1`,
          [application.id, late],
        );
        await Promise.all(
          families.map(async ({ ancestors, current, accessToken }, index) => {
            const stolen = await application.at(index).refresh(ancestors[0] ?? '');
            expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
            const rightful = await application.at(index + 1).refresh(current);
            expect([rightful.status, rightful.body.error]).toEqual([400, 'invalid_grant']);
            await expectRefusedSoon(fleet, accessToken);
          }),
        );
        expect(await familiesOf(application)).toEqual([]);
      });
    },
    LIMIT_MS,
  );
});
