export interface DemoClientConfig {
  port: number;
  /** Origin of the Flixcheck server, which is also its OAuth issuer. */
  flixcheckUrl: URL;
  clientId: string;
  clientSecret: string;
  /** What it talks to Flixcheck with: a stock OAuth library, or Flixcheck's own package. */
  flavour: Flavour;
}

type Flavour = (typeof FLAVOURS)[number];
const FLAVOURS = ['openid-client', 'connect-client'] as const;

/** Reads the environment; throws an Error whose message names the variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): DemoClientConfig {
  return {
    port: readPort(env['DEMO_CLIENT_PORT']),
    flixcheckUrl: readOrigin(env['FLIXCHECK_URL']),
    clientId: 'maklerwelt-crm',
    clientSecret: 'maklerwelt-crm-demo-secret',
    flavour: readFlavour(env['DEMO_CLIENT_FLAVOUR']),
  };
}

function readPort(value: string | undefined): number {
  if (!value) return 4000;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`DEMO_CLIENT_PORT must be a port between 1 and 65535, not "${value}".`);
  }
  return port;
}

function readFlavour(value: string | undefined): Flavour {
  const flavour = FLAVOURS.find((one) => one === (value || FLAVOURS[0]));
  if (flavour) return flavour;
  throw new Error(`DEMO_CLIENT_FLAVOUR must be ${FLAVOURS.join(' or ')}, not "${value}".`);
}

function readOrigin(value: string | undefined): URL {
  const text = value || 'http://localhost:3000';
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Error(`FLIXCHECK_URL must be the http(s) address of Flixcheck, not "${text}".`);
  }
  return new URL(text);
}
