import { ThirdParty } from '@flixcheck/test-harness';
import { createTestApp, type TestApp } from './test-app.js';

/** Two nodes on one database, and the demo application's server talking to each. */
export interface TwoNodes {
  one: TestApp;
  other: TestApp;
  crm: ThirdParty;
  elsewhere: ThirdParty;
}

export async function startTwoNodes(): Promise<TwoNodes> {
  const one = await createTestApp();
  const other = await createTestApp({ databaseUrl: one.config.databaseUrl });
  return { one, other, crm: new ThirdParty(one.url), elsewhere: new ThirdParty(other.url) };
}
