import type { Application, Member } from '../fleet/fleet.js';
import { adopt, type Family, openFamilies, refreshAndHangUp } from '../fleet/families.js';
import { inLanes } from '../fleet/scale.js';

export interface LostAnswers {
  families: Family[];
  requests: number;
  seconds: number;
  /** What went wrong, in words; none is the rule. */
  violations: string[];
}

/**
 * Rotates many families at once and loses each answer: by reading it and throwing it away, by
 * cutting the connection when it begins, or by not waiting for it. Another node is asked again and
 * must answer with the same successor.
 */
export async function loseAnswers(
  rotations: number,
  familyCount: number,
  application: Application,
  member: Member,
): Promise<LostAnswers> {
  const families = await openFamilies(familyCount, application.at(0), member.session);
  const violations: string[] = [];
  let requests = 0;

  const rotateOnce = async (family: Family, step: number): Promise<void> => {
    const presented = family.current;
    const successors = new Set<string>();
    const refresh = async (attempt: number) => {
      requests += 1;
      const { status, body, text } = await application.at(step + attempt).refresh(presented);
      if (status === 200) successors.add(body.refresh_token);
      else violations.push(`attempt ${attempt} of rotation ${step}: ${text}`);
      return body;
    };
    switch (step % 3) {
      case 0:
        await refresh(0);
        break;
      case 1:
        requests += 1;
        await refreshAndHangUp(application.at(step), presented);
        break;
      default:
        await Promise.all([refresh(0), refresh(1)]);
    }
    const answer = await refresh(1);
    if (successors.size !== 1) violations.push(`rotation ${step}: ${successors.size} successors`);
    if (answer.refresh_token) adopt(family, answer);
  };

  const startedAt = performance.now();
  await inLanes(familyCount, familyCount, async (index) => {
    const share = Math.floor(rotations / familyCount) + Number(index < rotations % familyCount);
    for (let step = 0; step < share; step++) {
      await rotateOnce(families[index] as Family, index + step);
    }
  });
  return { families, requests, seconds: (performance.now() - startedAt) / 1000, violations };
}
