import type { FullConfig } from '@playwright/test';
import { freePort, quickPasswords, startDemoClient, startServer } from '@flixcheck/test-harness';
import { PASSWORD } from './fixtures';

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
  await quickPasswords(server.databaseUrl, PASSWORD);
  return { server, demo: await startDemoClient(demoPort, server.url) };
}
