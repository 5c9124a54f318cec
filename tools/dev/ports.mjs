/**
 * Where everything listens: the portal's server takes the address that `npm start` uses, and passes
 * everything that is not the portal's to the API, one port above.
 */
export function devPorts(env) {
  const read = (name, fallback) => Number(env[name]?.trim() || fallback);
  const portal = read('PORT', 3000);
  return {
    portal,
    api: portal + 1,
    demoClient: read('DEMO_CLIENT_PORT', 4000),
    debugger: read('DEBUG_PORT', 9229),
  };
}
