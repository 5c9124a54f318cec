import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseConfig } from './config.js';

const inWorkspace = (name: string) => readFileSync(resolve(__dirname, '../../../..', name), 'utf8');

/** Enough for each kind of installation to be read to its end. */
const INSTALLATIONS: NodeJS.ProcessEnv[] = [
  {},
  {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://program:pw@localhost:5432/flixcheck',
    APP_SECRET: 'a secret of at least thirty-two characters',
    PUBLIC_URL: 'https://connect.example',
    SMTP_URL: 'smtp://mail.example:587',
    MAIL_FROM: 'connect@flixcheck.example',
  },
];
/** Read by the demo application and the compose file, not by the program. */
const OF_THE_DEMO_CLIENT = 'DEMO_CLIENT_FLAVOUR';
const OF_COMPOSE = ['PUBLIC_HOST', 'POSTGRES_PASSWORD', 'POSTGRES_PROGRAM_PASSWORD'];

function namesRead(): string[] {
  const names = new Set<string>();
  for (const env of INSTALLATIONS) {
    parseConfig(
      new Proxy(env, {
        get: (target, name: string) => {
          names.add(name);
          return target[name];
        },
      }),
    );
  }
  return [...names].sort();
}

/** The names in the first column of the table of settings. */
function namesDocumented(): string[] {
  const lines = inWorkspace('docs/operate.md').split('\n');
  const table = lines.slice(lines.findIndex((line) => /^\| name +\| default +\|/.test(line)) + 2);
  const rows = table.slice(
    0,
    table.findIndex((line) => !line.startsWith('|')),
  );
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, n = '']) => n),
  );
}

/** "Secrets from files" names the variables that have a `_FILE` beside them. */
function filesDocumented(): string[] {
  const [, section = ''] = inWorkspace('docs/operate.md').split('### Secrets from files\n');
  const [sentence = ''] = section.split('may come from files');
  return [...sentence.matchAll(/`(\w+)`/g)].map(([, name = '']) => `${name}_FILE`).sort();
}

const isFile = (name: string) => name.endsWith('_FILE');

describe('docs/operate.md', () => {
  it('has a row for every environment variable that is read, and for no other', () => {
    const read = namesRead().filter((name) => !isFile(name));
    expect(namesDocumented().sort()).toEqual([...read, OF_THE_DEMO_CLIENT].sort());
  });

  it('names every secret that may come from a file, and no other', () => {
    expect(filesDocumented()).toEqual(namesRead().filter(isFile));
  });
});

describe('.env.example', () => {
  const named = [...inWorkspace('.env.example').matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);

  it('names only what the program or docker-compose.yml reads', () => {
    const known = [...namesRead(), ...OF_COMPOSE];
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names every variable that docker-compose.yml hands to the program', () => {
    const compose = inWorkspace('docker-compose.yml');
    const handed = namesRead().filter((name) =>
      new RegExp(`^ +${name}:(?: \\$\\{${name}\\b.*)?$`, 'm').test(compose),
    );
    expect(named).toEqual(expect.arrayContaining(handed));
  });

  it('has nothing that docker-compose.yml leaves unread', () => {
    const compose = inWorkspace('docker-compose.yml');
    const unread = named.filter(
      (name) => !new RegExp(`\\$\\{${name}\\b|^ +${name}:$`, 'm').test(compose),
    );
    expect(unread).toEqual([]);
  });
});
