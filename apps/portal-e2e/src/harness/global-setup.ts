import type { FullConfig } from '@playwright/test';
import { freePort, sql, startDemoClient, startServer } from '@flixcheck/test-harness';
import { hash } from '@node-rs/argon2';
import { PASSWORD } from './fixtures';

/** As little as the algorithm does; what has been stored says itself how it was made. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/**
 * For each worker, what `npm start` starts, on free ports and a database of its own: the API with
 * the built portal, and the demo third-party application. So what one test changes, no other sees
 * that runs beside it. The addresses go to the tests by environment, under their worker's number.
 */
export default async function globalSetup({ workers }: FullConfig): Promise<() => Promise<void>> {
  const places = await Promise.all(Array.from({ length: workers }, startPlace));
  for (const [worker, { server, demo }] of places.entries()) {
    process.env[`PORTAL_URL_${worker}`] = server.url;
    process.env[`DEMO_URL_${worker}`] = demo.url;
    process.env[`PORTAL_DATABASE_URL_${worker}`] = server.databaseUrl;
  }
  return async () => {
    await Promise.all(
      places.map(async ({ server, demo }) => {
        await demo.abandon();
        await server.stop();
      }),
    );
  };
}

async function startPlace() {
  const demoPort = await freePort();
  const server = await startServer({ env: { DEMO_CLIENT_PORT: String(demoPort) } });
  // Nearly every test signs somebody in, which is more than half the work otherwise.
  await sql(server.databaseUrl, 'UPDATE users SET password_hash = $1', [
    await hash(PASSWORD, CHEAP),
  ]);
  return { server, demo: await startDemoClient(demoPort, server.url) };
}
