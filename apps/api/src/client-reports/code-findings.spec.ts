import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { CODE_LIFETIME_MS } from '../oauth-codes/code-rules.js';
import { Application, createTokensModule } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import type { FindingDto } from './client-diagnosis.dto.js';
import { ClientDiagnosis } from './client-diagnosis.js';
import { ClientReportsModule } from './client-reports.module.js';

const SCANNER = {
  redirectUri: 'https://belegscanner.example/oauth/callback',
  codeChallenge: 'c'.repeat(43),
  codeChallengeMethod: 'S256',
};

let api: TestContext;
let user: Person;
let crm: Application;
let scanner: Application;
let id: string;

beforeAll(async () => {
  api = await createTokensModule({ clock: new StoppedClock() }, [ClientReportsModule]);
  user = await person(api);
  crm = new Application(api);
  scanner = new Application(api, { clientId: 'belegscanner' });
  [{ id }] = await api.dataSource.query(
    `SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
  );
});
afterAll(() => api.close());
beforeEach(() => api.dataSource.query('TRUNCATE oauth_requests, connections CASCADE'));

async function found(): Promise<FindingDto | undefined> {
  const { findings } = await api.app.get(ClientDiagnosis).of(id);
  return findings.find(({ code }) => code === 'codes_not_exchanged');
}

describe('the doctor', () => {
  it('finds that users have agreed and nobody has exchanged the codes, once they are of no use', async () => {
    await crm.code(user);
    expect(await found()).toBeUndefined();
    api.clock.advance(CODE_LIFETIME_MS + 1);
    expect(await found()).toMatchObject({
      severity: 'critical',
      parameters: { granted: 1, notExchanged: 1 },
    });
  });

  it('takes single ones for what they are, and others’ codes for theirs', async () => {
    await crm.connect(user);
    await crm.code(user);
    await scanner.code(user, SCANNER);
    await scanner.code(user, SCANNER);
    api.clock.advance(MINUTE + 1);
    expect(await found()).toBeUndefined();
    await crm.code(user);
    await crm.code(user);
    api.clock.advance(MINUTE + 1);
    expect(await found()).toMatchObject({
      severity: 'warning',
      parameters: { granted: 4, notExchanged: 3 },
    });
  });
});
