import {
  bearer,
  type Nodes,
  type NodesOptions,
  PASSWORD,
  PortalUser,
  register,
  send,
  sql,
  startNodes,
  type ThirdParty,
} from '@flixcheck/test-harness';
import { expect } from '@jest/globals';

/** Two API processes on one database, with as many people and applications as a load needs. */
export interface Fleet {
  nodes: Nodes;
  /** Addresses of the processes. */
  urls: readonly string[];
  /** Of the account that all the people belong to. */
  admin: PortalUser;
  operator: PortalUser;
}

export interface Member {
  id: string;
  email: string;
  session: PortalUser;
}

export interface Application {
  /** In the registry. */
  id: string;
  /** Its server, as it talks to each of the processes. */
  at(node: number): ThirdParty;
}

export async function startFleet(options?: NodesOptions): Promise<Fleet> {
  const nodes = await startNodes(options);
  const [admin, operator] = await Promise.all([
    PortalUser.signIn(nodes.publicUrl, 'admin@musterhaus.example'),
    PortalUser.signIn(nodes.publicUrl, 'operator@flixcheck.example'),
  ]);
  return { nodes, urls: nodes.urls, admin, operator };
}

/** Adds people to the admin's account, each signed in. */
export async function addMembers(fleet: Fleet, count: number): Promise<Member[]> {
  const rows = await sql<{ id: string; email: string }>(
    fleet.nodes.databaseUrl,
    `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
       password_hash, created_at, updated_at)
     SELECT gen_random_uuid(), account_id, gen_random_uuid() || '@musterhaus.example',
       first_name, last_name, role, locale, status, password_hash, now(), now()
     FROM users, generate_series(1, $1) WHERE email = 'user@musterhaus.example'
     RETURNING id, email`,
    [count],
  );
  return Promise.all(
    rows.map(async ({ id, email }) => ({ id, email, session: await signIn(fleet, email) })),
  );
}

export function signIn(fleet: Fleet, email: string): Promise<PortalUser> {
  return PortalUser.signIn(fleet.nodes.publicUrl, email, PASSWORD);
}

/** Registers one more: the limit on failures counts for each client by itself. */
export async function addApplication({ operator, urls }: Fleet): Promise<Application> {
  const thirdParty = await register(operator);
  const nodes = urls.map((url) => thirdParty.with({ url }));
  return { id: thirdParty.client.id, at: (node) => nodes[node % nodes.length] ?? thirdParty };
}

/** Whether a node lets an access token in: the status of the cheapest resource. */
export async function statusAt(url: string, accessToken: string): Promise<number> {
  return (await send(url, '/user/v7/oauth-userinfo', { headers: bearer(accessToken) })).status;
}

/** A revoked token is refused on every node within a second, and from then on. */
export async function expectRefusedSoon({ urls }: Fleet, accessToken: string): Promise<void> {
  const revokedAt = performance.now();
  await Promise.all(
    urls.map(async (url) => {
      // What counts is when a request was sent: on a busy machine its answer takes its time.
      let sentAfter: number;
      do {
        sentAfter = performance.now() - revokedAt;
      } while ((await statusAt(url, accessToken)) !== 401 && sentAfter < 1000);
      expect(await statusAt(url, accessToken)).toBe(401);
    }),
  );
}

/** The claim `connection_id` of an access token. */
export function connectionOf(accessToken: string): string {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(payload) as { connection_id: string }).connection_id;
}
