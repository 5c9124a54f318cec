import { bearer, type Problem, send, startWorld, type World } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

interface Check {
  id: string;
  title: string;
  createdBy: { firstName: string };
  createdVia: { clientId: string; name: string } | null;
  createdAt: string;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.server.stop());

const PATH = '/user/v7/checks';
const body = (title: string) => ({
  json: { resource: { recipient: { name: 'Erika', email: 'erika@kundin.example' }, title } },
});
type CheckAnswer = { resource: Check } & Problem;
interface Page {
  resources: Check[];
  meta: { nextCursor?: string };
}

describe('the example resource that third parties work on', () => {
  it('created by the user in person, createdVia is null; through a client it names the client', async () => {
    const inPerson = await world.member.send<CheckAnswer>(PATH, body('selbst'));
    expect(inPerson.body.resource.createdVia).toBeNull();
    const { access_token } = await world.scanner.connect(world.member);
    const headers = bearer(access_token);
    const through = await send<CheckAnswer>(world.url, PATH, { ...body('durch'), headers });
    expect(through.body.resource.createdVia).toEqual({
      clientId: 'belegscanner',
      name: 'Belegscanner',
    });
    expect(through.body.resource.createdBy).toEqual(inPerson.body.resource.createdBy);
  });

  it('a client sees what its user sees, and still says so after the connection has ended', async () => {
    const { access_token, refresh_token } = await world.scanner.connect(world.admin);
    const headers = bearer(access_token);
    const created = await send<CheckAnswer>(world.url, PATH, { ...body('bleibt'), headers });
    const asClient = await send<Page>(world.url, PATH, { headers });
    const asUser = await world.admin.send<Page>(PATH);
    expect(asClient.body).toEqual(asUser.body);
    await world.scanner.revoke(refresh_token);
    const seen = await world.admin.send<CheckAnswer>(`${PATH}/${created.body.resource.id}`);
    expect(seen.body).toEqual(created.body);
  });

  it('another account’s is 404, to a session and to a token', async () => {
    const { id } = (await world.member.send<CheckAnswer>(PATH, body('fremd'))).body.resource;
    const { access_token } = await world.crm.connect(world.stranger);
    const answers = [
      await world.stranger.send(`${PATH}/${id}`),
      await send(world.url, `${PATH}/${id}`, { headers: bearer(access_token) }),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    const listed = await world.stranger.send<Page>(PATH);
    expect(listed.body.resources.map((check) => check.id)).not.toContain(id);
  });

  it('the list takes limit and cursor: each once, the latest first', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => world.stranger.send(PATH, body(`Nr. ${i}`))),
    );
    const seen: Check[] = [];
    let next = '?limit=5';
    while (next !== '') {
      const page = (await world.stranger.send<Page>(`${PATH}${next}`)).body;
      seen.push(...page.resources);
      const { nextCursor } = page.meta;
      next = nextCursor === undefined ? '' : `?limit=5&cursor=${encodeURIComponent(nextCursor)}`;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(12);
    const times = seen.map(({ createdAt }) => Date.parse(createdAt));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it('text of any script and sign comes back as it went in', async () => {
    const title = `Müller & Söhne <b>"'\\ 日本語 🦊 ‏עברית`;
    const created = await world.member.send<CheckAnswer>(PATH, body(title));
    expect([created.status, created.body.resource.title]).toEqual([201, title]);
  });
});
