/** The servers of the worker that asks: `global-setup.ts` has started them for it alone. */
export const portalUrl = (): string => ofThisWorker('PORTAL_URL');
export const demoUrl = (): string => ofThisWorker('DEMO_URL');
export const databaseUrl = (): string => ofThisWorker('PORTAL_DATABASE_URL');

function ofThisWorker(what: string): string {
  const name = `${what}_${process.env['TEST_PARALLEL_INDEX']}`;
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: the global setup sets it`);
  return value;
}
