import type { PortalUser } from '@flixcheck/test-harness';
import {
  addApplication,
  addMembers,
  type Application,
  connectionOf,
  type Fleet,
  type Member,
  signIn,
} from './fleet.js';

/** Applications fail on purpose; before the limit on failures applies, another one takes over. */
const CONNECTIONS_PER_APPLICATION = 10;

/** How the tokens of a connection come to their end. */
export const WAYS = ['click', 'RFC 7009', 'disabled user', 'disabled client'] as const;
export type Way = (typeof WAYS)[number];

export interface Victim {
  accessToken: string;
  refreshToken: string;
  connectionId: string;
}

/** A person and an application of their own, so that many connections can end side by side. */
export interface Pair {
  member: Member;
  application: Application;
  connections: number;
}

export async function addPairs(fleet: Fleet, count: number): Promise<Pair[]> {
  const members = await addMembers(fleet, count);
  return Promise.all(
    members.map(async (member) => ({
      member,
      application: await addApplication(fleet),
      connections: 0,
    })),
  );
}

/** The documented flow, through one of the processes. */
export async function connect(pair: Pair, fleet: Fleet, node: number): Promise<Victim> {
  if (++pair.connections % CONNECTIONS_PER_APPLICATION === 0) {
    pair.application = await addApplication(fleet);
  }
  const application = pair.application.at(node);
  const { access_token, refresh_token } = await application.connect(
    pair.member.session.at(application.url),
  );
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    connectionId: connectionOf(access_token),
  };
}

/** Ends a connection through one of the processes; resolves with the acknowledgement. */
export async function end(
  way: Way,
  victim: Victim,
  { member, application }: Pair,
  fleet: Fleet,
  node: number,
): Promise<void> {
  const { url } = application.at(node);
  switch (way) {
    case 'click':
      return acknowledged(
        member.session.at(url).send(`/user/v7/connections/${victim.connectionId}`, {
          method: 'DELETE',
        }),
      );
    case 'RFC 7009':
      return acknowledged(application.at(node).revoke(victim.refreshToken));
    case 'disabled user':
      return setStatus(fleet.admin.at(url), `/user/v7/users/${member.id}`, 'disabled');
    case 'disabled client':
      return setStatus(
        fleet.operator.at(url),
        `/admin/v7/oauth-clients/${application.id}`,
        'disabled',
      );
  }
}

/** Makes the pair able to connect again. */
export async function makeUp(way: Way, pair: Pair, fleet: Fleet): Promise<void> {
  if (way === 'disabled user') {
    await setStatus(fleet.admin, `/user/v7/users/${pair.member.id}`, 'active');
    pair.member.session = await signIn(fleet, pair.member.email);
  }
  if (way === 'disabled client') {
    const path = `/admin/v7/oauth-clients/${pair.application.id}`;
    await setStatus(fleet.operator, path, 'active');
  }
}

function setStatus(actor: PortalUser, path: string, status: 'active' | 'disabled'): Promise<void> {
  return acknowledged(actor.send(path, { method: 'PATCH', json: { resource: { status } } }));
}

/** What was asked for has happened; a 503 says that nobody knows. */
export class NotAcknowledged extends Error {}

async function acknowledged(answer: Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await answer;
  if (status === 503) throw new NotAcknowledged(text);
  if (status >= 300) throw new Error(`not ended: ${status} ${text}`);
}
