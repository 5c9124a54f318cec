import {
  type PortalUser,
  query,
  type ThirdParty,
  TOKEN_PATH,
  type TokenAnswer,
} from '@flixcheck/test-harness';
import { request } from 'node:http';
import { times } from './scale.js';

/** A refresh token on its way through its rotations, and every successor that it was ever given. */
export interface Family {
  current: string;
  accessToken: string;
  rotations: number;
  /** All that were replaced, oldest first. */
  ancestors: string[];
}

/** Families of one connection: the application has exchanged as many codes. */
export async function openFamilies(
  count: number,
  client: ThirdParty,
  user: PortalUser,
): Promise<Family[]> {
  return Promise.all(
    times(count, async () => {
      const { refresh_token, access_token } = await client.connect(user);
      return { current: refresh_token, accessToken: access_token, rotations: 0, ancestors: [] };
    }),
  );
}

/** Refreshes once; a test that is about something else takes success for granted. */
export async function rotate(family: Family, client: ThirdParty): Promise<void> {
  const answer = await client.refresh(family.current);
  if (answer.status !== 200) throw new Error(`not refreshed: ${answer.text}`);
  adopt(family, answer.body);
}

/** Goes on with what a refresh has answered. */
export function adopt(family: Family, answer: TokenAnswer): void {
  family.ancestors.push(family.current);
  family.current = answer.refresh_token;
  family.accessToken = answer.access_token;
  family.rotations += 1;
}

/** Sends a refresh and cuts the connection when the answer begins: nobody reads it. */
export function refreshAndHangUp(client: ThirdParty, refreshToken: string): Promise<void> {
  const body = query({
    ...client.credentials,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  });
  return new Promise((resolve, reject) => {
    const outgoing = request(`${client.url}${TOKEN_PATH}`, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      },
    });
    outgoing.on('response', () => outgoing.destroy());
    outgoing.on('error', reject);
    outgoing.on('close', resolve);
    outgoing.end(body);
  });
}
