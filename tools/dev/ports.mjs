import { Failure } from '../setup/failure.mjs';

/**
 * Where everything listens: the portal's server takes the address that `npm start` uses, and passes
 * everything that is not the portal's to the API, one port above.
 */
export function devPorts(env) {
  const portal = read(env, 'PORT', 3000, 65534);
  return {
    portal,
    api: portal + 1,
    demoClient: read(env, 'DEMO_CLIENT_PORT', 4000),
    debugger: read(env, 'DEBUG_PORT', 9229),
  };
}

function read(env, name, fallback, highest = 65535) {
  const text = env[name]?.trim();
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= highest) return port;
  throw new Failure(`${name} must be a number from 1 to ${highest}, not '${text}'.`);
}

/** Of each port: what listens there, and the variable that chooses another. */
const NAMES = {
  portal: ['portal', 'PORT'],
  api: ['API', 'PORT'],
  demoClient: ['demo third party', 'DEMO_CLIENT_PORT'],
  debugger: ['debugger', 'DEBUG_PORT'],
};

/** @returns what to do about ports that others have, all of them at once; undefined: none is taken */
export async function portsTaken(ports, isFree) {
  const taken = [];
  for (const name of Object.keys(NAMES)) if (!(await isFree(ports[name]))) taken.push(name);
  if (taken.length === 0) return undefined;
  const list = taken.map((name) => `${ports[name]} (${NAMES[name][0]})`).join(' and ');
  const variables = new Set(taken.map((name) => NAMES[name][1]));
  const others = [...variables].map((variable) => {
    const [name] = Object.entries(NAMES).find(([, [, itsVariable]]) => itsVariable === variable);
    return `${variable}=${shifted(ports[name])}`;
  });
  const inUse = taken.length > 1 ? `Ports ${list} are in use` : `Port ${list} is in use`;
  return (
    `${inUse}: stop what listens there, perhaps npm start or another npm run dev, ` +
    `or choose another: ${others.join(' ')} npm run dev`
  );
}

const shifted = (port) => (port + 100 < 65535 ? port + 100 : port - 100);
