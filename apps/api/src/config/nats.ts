import { ConfigError } from './config-error.js';

/** How to reach the NATS servers through which nodes wake each other (docs/operate.md). */
export interface NatsConfig {
  /** host:port, at least one. */
  servers: string[];
  /** Whether the connection has to be encrypted; it is also where the server insists. */
  tls: boolean;
  user?: string;
  password?: string;
  token?: string;
  /** The content of a credentials file, as `nsc` makes it: a JWT and the key that proves it. */
  credentials?: string;
  subject: string;
}

const DEFAULT_PORT = '4222';
const DEFAULT_SUBJECT = 'flixcheck-connect.changes';
const SUBJECT = /^[\w-]{1,60}(\.[\w-]{1,60}){0,8}$/;
const CREDENTIALS = /-----BEGIN NATS USER JWT-----[^]+-----BEGIN USER NKEY SEED-----/;

interface Settings {
  urls: string | undefined;
  credentials: string | undefined;
  subject: string | undefined;
}

/** @throws ConfigError; it repeats no address, which may hold a password */
export function parseNats({ urls, credentials, subject }: Settings): NatsConfig | undefined {
  if (urls === undefined) {
    if (credentials === undefined && subject === undefined) return undefined;
    throw new ConfigError('NATS_CREDENTIALS and NATS_SUBJECT need a NATS_URL beside them.');
  }
  const servers = urls.split(',').map(parseServer);
  const schemes = new Set(servers.map(({ protocol }) => protocol));
  const logins = new Set(servers.map(loginOf).filter(Boolean));
  if (schemes.size > 1 || logins.size > 1) {
    throw new ConfigError(
      'NATS_URL must have the same protocol, user and password for all of its servers.',
    );
  }
  const { username, password } = servers.find(loginOf) ?? { username: '', password: '' };
  if (username !== '' && credentials !== undefined) {
    throw new ConfigError(
      'NATS_URL names a user, and NATS_CREDENTIALS is set, too. Leave one of them out.',
    );
  }
  if (credentials !== undefined && !CREDENTIALS.test(credentials)) {
    throw new ConfigError(
      'NATS_CREDENTIALS must be what a credentials file holds: a user’s JWT and the seed of its key, as nsc makes it. Name the file in NATS_CREDENTIALS_FILE.',
    );
  }
  const chosen = subject ?? DEFAULT_SUBJECT;
  if (!SUBJECT.test(chosen)) {
    throw new ConfigError(
      `NATS_SUBJECT must be words of letters, digits, - and _ with dots between them, such as ${DEFAULT_SUBJECT}, not '${chosen}'.`,
    );
  }
  return {
    servers: servers.map(({ hostname, port }) => `${hostname}:${port || DEFAULT_PORT}`),
    tls: schemes.has('tls:'),
    ...(credentials === undefined ? login(username, password) : { credentials }),
    subject: chosen,
  };
}

function parseServer(text: string): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url || !/^(nats|tls):$/.test(url.protocol) || url.hostname === '' || url.pathname !== '') {
    throw new ConfigError(
      'NATS_URL must be the address of a NATS server, such as tls://user:password@nats.example:4222, or several with commas between them; tls:// for an encrypted connection, nats:// for one that need not be.',
    );
  }
  return url;
}

function loginOf({ username, password }: URL): string {
  return username === '' ? '' : `${username}:${password}`;
}

/** A name without a password is a token. */
function login(username: string, password: string): Partial<NatsConfig> {
  if (username === '') return {};
  const name = decodeURIComponent(username);
  return password === '' ? { token: name } : { user: name, password: decodeURIComponent(password) };
}
