import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, deriveKey, deriveKeys, parseConfig } from './config.js';
import { RETENTION_PERIODS } from './retention-periods.js';

const DATABASE_URL = 'postgres://user:pw@localhost:5432/flixcheck';
const APP_SECRET = 'a secret of at least thirty-two characters';
const GIVEN = { DATABASE_URL, APP_SECRET };
const PRODUCTION = { ...GIVEN, NODE_ENV: 'production', PUBLIC_URL: 'https://connect.example' };

describe('the defaults', () => {
  it('are those of the demo: everything on this machine, an embedded database, a generated secret', () => {
    expect(parseConfig({})).toEqual({
      production: false,
      port: 3000,
      workers: 1,
      host: 'localhost',
      publicUrl: 'http://localhost:3000',
      databaseUrl: undefined,
      databasePoolSize: 20,
      statementPoolSize: 6,
      preparedStatements: true,
      appSecret: undefined,
      previousAppSecrets: [],
      dataDir: expect.stringMatching(/\.data$/),
      demoData: true,
      demoClientPort: 4000,
      trustProxy: false,
      sharedStatements: true,
      staffNeedSecondFactor: false,
      factorResetHours: 24,
      retention: {
        history: 400,
        requestLog: 30,
        counts: 400,
        failedAttempts: 90,
        mails: 30,
        approvalRequests: 180,
        changeRequests: 90,
        expiredInvitations: 30,
        unusedCodes: 90,
        expiredTokens: 30,
        closedCompanies: 90,
      },
      mail: { to: 'mailbox' },
      logLevel: 'info',
    });
  });

  it('PUBLIC_URL follows PORT', () => {
    expect(parseConfig({ PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
  });

  it('a database of your own is not filled with demo data, whose passwords are published', () => {
    expect(parseConfig(GIVEN).demoData).toBe(false);
    expect(parseConfig({ ...GIVEN, DEMO_DATA: 'on' }).demoData).toBe(true);
  });

  it('are the same for development and tests', () => {
    for (const NODE_ENV of ['development', 'test']) {
      expect(parseConfig({ NODE_ENV })).toEqual(parseConfig({}));
    }
  });

  it('a variable that is empty or blank counts as left out', () => {
    expect(parseConfig({ PORT: '', PUBLIC_URL: '  ', LOG_LEVEL: '' }).port).toBe(3000);
  });
});

describe('how long something is kept', () => {
  it.each(Object.entries(RETENTION_PERIODS))('%s: from the least to the most', (name, period) => {
    for (const days of [period.least, period.most]) {
      const { retention } = parseConfig({ ...GIVEN, [period.variable]: String(days) });
      expect(retention).toMatchObject({ [name]: days });
    }
  });
});

describe('a wrong variable is refused with a message that names it', () => {
  const wrong: [string, string][] = [
    ['NODE_ENV', 'prod'],
    ['NODE_ENV', 'staging'],
    ['NODE_ENV', 'Production'],
    ['PORT', 'http'],
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['WEB_CONCURRENCY', '0'],
    ['WEB_CONCURRENCY', '257'],
    ['WEB_CONCURRENCY', 'auto'],
    ['PUBLIC_URL', 'connect.example'],
    ['PUBLIC_URL', 'https://connect.example/'],
    ['PUBLIC_URL', 'https://connect.example/path'],
    ['PUBLIC_URL', 'https://connect.example?x'],
    ['PUBLIC_URL', 'https://CONNECT.example'],
    ['PUBLIC_URL', 'https://connect.example:443'],
    ['PUBLIC_URL', 'https://user@connect.example'],
    ['PUBLIC_URL', 'ftp://connect.example'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'localhost:5432'],
    ['DATABASE_MIGRATION_URL', 'localhost:5432'],
    ['DATABASE_FEED_URL', 'localhost:5432'],
    ['DATABASE_PREPARED_STATEMENTS', 'maybe'],
    ['DATABASE_POOL_SIZE', '4'],
    ['DATABASE_POOL_SIZE', '1000'],
    ['DATABASE_POOL_SIZE', 'many'],
    ['DATABASE_STATEMENT_POOL_SIZE', '1'],
    ['DATABASE_STATEMENT_POOL_SIZE', '2.5'],
    ...Object.values(RETENTION_PERIODS).flatMap(({ variable, least, most }): [string, string][] => [
      [variable, String(least - 1)],
      [variable, String(most + 1)],
      [variable, 'for good'],
      [variable, `${least}.5`],
    ]),
    ['APP_SECRET', 'x'.repeat(31)],
    ['APP_SECRET_PREVIOUS', 'x'.repeat(31)],
    ['APP_SECRET_PREVIOUS', `${'x'.repeat(32)},`],
    ['APP_SECRET_PREVIOUS', `${'x'.repeat(32)}, ${'y'.repeat(31)}`],
    ['DEMO_CLIENT_PORT', '-1'],
    ['DEMO_CLIENT_PORT', 'off'],
    ['DEMO_DATA', 'perhaps'],
    ['TRUST_PROXY', 'maybe'],
    ['SHARED_STATEMENTS', 'maybe'],
    ['REQUIRE_SECOND_FACTOR_FOR_STAFF', 'maybe'],
    ['FACTOR_RESET_HOURS', '169'],
    ['FACTOR_RESET_HOURS', '1d'],
    ['TRUST_PROXY', '10.0.0.0/8, proxy.example'],
    ['SMTP_URL', 'mail.example:587'],
    ['SMTP_URL', 'https://mail.example'],
    ['MAIL_FROM', 'Flixcheck'],
    ['MAIL_FROM', 'a@b.example, c@d.example'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_LEVEL', 'INFO'],
  ];
  it.each(wrong)('%s=%s', (name, value) => {
    const parse = () => parseConfig({ ...GIVEN, [name]: value });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(name);
  });

  it('the message about a period says what it may be', () => {
    const parse = () => parseConfig({ ...GIVEN, REQUEST_LOG_DAYS: '400' });
    expect(parse).toThrow("REQUEST_LOG_DAYS must be a number of days from 7 to 90, not '400'.");
  });

  it('the message about a secret does not show it', () => {
    const parse = () => parseConfig({ DATABASE_URL, APP_SECRET: 'a-short-app-secret' });
    expect(parse).not.toThrow('a-short-app-secret');
    const previous = () => parseConfig({ ...GIVEN, APP_SECRET_PREVIOUS: 'a-short-app-secret' });
    expect(previous).toThrow(ConfigError);
    expect(previous).not.toThrow('a-short-app-secret');
  });

  it('a demo, whose secret is generated, has no previous secrets', () => {
    expect(() => parseConfig({ APP_SECRET_PREVIOUS: 'x'.repeat(32) })).toThrow(
      'APP_SECRET_PREVIOUS',
    );
  });

  it('a database of your own needs an APP_SECRET: nobody would keep a generated one', () => {
    expect(() => parseConfig({ DATABASE_URL })).toThrow('APP_SECRET');
  });
});

describe('DATABASE_MIGRATION_URL', () => {
  const DATABASE_MIGRATION_URL = 'postgres://owner:pw@localhost:5432/flixcheck';

  it('is the address of the role that owns the schema, and that of the program where it is left out', () => {
    expect(parseConfig({ ...GIVEN, DATABASE_MIGRATION_URL })).toMatchObject({
      databaseUrl: DATABASE_URL,
      databaseMigrationUrl: DATABASE_MIGRATION_URL,
    });
    expect(parseConfig(GIVEN).databaseMigrationUrl).toBeUndefined();
  });

  it.each([undefined, 'postgres://localhost/flixcheck'])(
    'needs a role of the program beside it, which DATABASE_URL=%s does not name',
    (url) => {
      const env = { APP_SECRET, DATABASE_MIGRATION_URL, DATABASE_URL: url };
      expect(() => parseConfig(env)).toThrow(/DATABASE_URL/);
    },
  );
});

describe('WEB_CONCURRENCY', () => {
  it('is the number of processes that serve', () => {
    expect(parseConfig({ ...GIVEN, WEB_CONCURRENCY: '4' }).workers).toBe(4);
  });

  it('needs a DATABASE_URL beside it: the embedded database belongs to one process', () => {
    expect(() => parseConfig({ WEB_CONCURRENCY: '2' })).toThrow('DATABASE_URL');
    expect(parseConfig({ WEB_CONCURRENCY: '1' }).workers).toBe(1);
  });
});

describe('DATABASE_FEED_URL', () => {
  const DATABASE_FEED_URL = 'postgres://user:pw@localhost:5432/flixcheck';

  it('is the same database past a pooler, which may not know prepared statements', () => {
    expect(parseConfig(GIVEN)).toMatchObject({ preparedStatements: true });
    expect(parseConfig({ ...GIVEN, DATABASE_FEED_URL })).toMatchObject({
      databaseFeedUrl: DATABASE_FEED_URL,
      preparedStatements: false,
    });
    expect(
      parseConfig({ ...GIVEN, DATABASE_FEED_URL, DATABASE_PREPARED_STATEMENTS: 'on' }),
    ).toMatchObject({ preparedStatements: true });
  });

  it('needs a DATABASE_URL beside it', () => {
    expect(() => parseConfig({ DATABASE_FEED_URL })).toThrow(/^DATABASE_FEED_URL needs/);
  });
});

describe('with NODE_ENV=production', () => {
  it('it is used unchanged', () => {
    expect(parseConfig(PRODUCTION)).toMatchObject({ production: true, demoData: false });
  });

  it.each<[string, Record<string, string>]>([
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['APP_SECRET', { APP_SECRET: '' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://connect.example' }],
    ['PUBLIC_URL', { PUBLIC_URL: '' }],
    ['DEMO_DATA', { DEMO_DATA: 'on' }],
  ])('a wrong %s is refused', (name, changes) => {
    expect(() => parseConfig({ ...PRODUCTION, ...changes })).toThrow(name);
  });
});

describe('TRUST_PROXY', () => {
  it.each([
    ['off', false],
    ['on', true],
    ['2', 2],
    ['loopback', ['loopback']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
  ])('%s', (value, expected) => {
    expect(parseConfig({ TRUST_PROXY: value }).trustProxy).toEqual(expected);
  });
});

describe('a secret from a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const fileWith = (content: string): string => {
    const path = join(folder, randomUUID());
    writeFileSync(path, content);
    return path;
  };

  it('is taken without the line break at its end', () => {
    const config = parseConfig({
      APP_SECRET_FILE: fileWith(`${APP_SECRET}\n`),
      APP_SECRET_PREVIOUS_FILE: fileWith('p'.repeat(32)),
      DATABASE_URL_FILE: fileWith(DATABASE_URL),
      DATABASE_MIGRATION_URL_FILE: fileWith('postgres://owner:pw@localhost/flixcheck\n'),
      DATABASE_FEED_URL_FILE: fileWith('postgres://direct:pw@localhost/flixcheck\n'),
    });
    expect(config).toMatchObject({
      appSecret: APP_SECRET,
      previousAppSecrets: ['p'.repeat(32)],
      databaseUrl: DATABASE_URL,
      databaseMigrationUrl: 'postgres://owner:pw@localhost/flixcheck',
      databaseFeedUrl: 'postgres://direct:pw@localhost/flixcheck',
      demoData: false,
    });
  });

  it.each([
    ['beside the variable itself', () => ({ APP_SECRET, APP_SECRET_FILE: fileWith(APP_SECRET) })],
    ['which is not there', () => ({ APP_SECRET_FILE: join(folder, 'none') })],
    ['which is empty', () => ({ APP_SECRET_FILE: fileWith('\n') })],
  ])('%s is refused by name', (_, env) => {
    expect(() => parseConfig({ DATABASE_URL, ...env() })).toThrow(/APP_SECRET_FILE.*\./);
  });

  it('which cannot be read is named with its path', () => {
    const path = join(folder, 'none');
    const parse = () => parseConfig({ DATABASE_URL, APP_SECRET_FILE: path });
    expect(parse).toThrow(`APP_SECRET_FILE: ${path} cannot be read`);
    expect(() => parseConfig({ DATABASE_URL, APP_SECRET_FILE: folder })).toThrow(folder);
  });

  it('is judged like any other, and named in no message', () => {
    const parse = () => parseConfig({ DATABASE_URL, APP_SECRET_FILE: fileWith('short-secret') });
    expect(parse).toThrow('APP_SECRET must be at least 32 characters');
    expect(parse).not.toThrow('short-secret');
  });
});

describe('mails', () => {
  const database = { DATABASE_URL: 'postgres://localhost/x', APP_SECRET: 'a'.repeat(32) };
  const SMTP_URL = 'smtps://connect:geheim@mail.example:465';

  it('go to the server of SMTP_URL, from MAIL_FROM', () => {
    for (const from of ['connect@flixcheck.example', 'Flixcheck Connect <a@flixcheck.example>']) {
      expect(parseConfig({ ...database, SMTP_URL, MAIL_FROM: from }).mail).toEqual({
        ...{ to: 'smtp', url: SMTP_URL, from },
      });
    }
  });

  it('of a demo without a server go to its mailbox, and wait where there is neither', () => {
    expect(parseConfig({}).mail).toEqual({ to: 'mailbox' });
    expect(parseConfig({ ...database, DEMO_DATA: 'on' }).mail).toEqual({ to: 'mailbox' });
    expect(parseConfig(database).mail).toEqual({ to: 'nowhere' });
  });

  it('need MAIL_FROM beside SMTP_URL', () => {
    expect(() => parseConfig({ SMTP_URL })).toThrow(/^MAIL_FROM is missing/);
  });

  it('the message about SMTP_URL does not show its password', () => {
    const url = SMTP_URL.replace('smtps', 'https');
    expect(() => parseConfig({ SMTP_URL: url, MAIL_FROM: 'a@b.example' })).toThrow(/^SMTP_URL/);
    expect(() => parseConfig({ SMTP_URL: url })).not.toThrow(/geheim/);
  });
});

describe('APP_SECRET_PREVIOUS', () => {
  const [A, B] = ['a'.repeat(32), 'b'.repeat(48)];

  it.each([
    ['none', undefined, []],
    ['none if it is empty', ' ', []],
    ['one', A, [A]],
    ['a list', `${A}, ${B}`, [A, B]],
    ['each once, without the current one', `${A},${A},${APP_SECRET}`, [A]],
  ])('%s', (_, value, expected) => {
    expect(parseConfig({ ...GIVEN, APP_SECRET_PREVIOUS: value }).previousAppSecrets).toEqual(
      expected,
    );
  });
});

describe('keys (RFC 5869)', () => {
  it('one for each valid secret, the current one first', () => {
    const previousAppSecrets = ['x'.repeat(32), 'y'.repeat(32)];
    const keys = deriveKeys({ appSecret: APP_SECRET, previousAppSecrets }, 'a');
    expect(keys).toEqual(
      [APP_SECRET, ...previousAppSecrets].map((secret) => deriveKey(secret, 'a')),
    );
  });

  it('one for each purpose, the same at every start, none like the secret', () => {
    const [a, b] = [deriveKey(APP_SECRET, 'a'), deriveKey(APP_SECRET, 'b')];
    expect(a).toHaveLength(32);
    expect(deriveKey(APP_SECRET, 'a').equals(a)).toBe(true);
    expect(a.equals(b)).toBe(false);
    expect(deriveKey(`${APP_SECRET}!`, 'a').equals(a)).toBe(false);
  });
});
