import { decode, send, startWorld, type World } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { scripts } from './compat/other/scripts.js';

const ROOT = resolve(__dirname, '../../..');
const GUIDE = join(ROOT, 'docs/guide');
const DEMO = 'http://localhost:3000';
const CLIENT = { client_id: 'maklerwelt-crm', client_secret: 'maklerwelt-crm-demo-secret' };
const REDIRECT_URI = 'http://localhost:4000/callback';

interface Block {
  language: string;
  code: string;
}

const pages = readdirSync(GUIDE).filter((file) => file.endsWith('.md'));
const read = (page: string) => readFileSync(join(GUIDE, page), 'utf8');

/** What stands between fences, which may be indented. */
const blocksOf = (page: string): Block[] =>
  [...read(page).matchAll(/^( *)```(\w*)\n([^]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', code = '']) => ({
      language,
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );

/** Each page's shell commands are one script, as somebody types them from top to bottom. */
const examples = pages.flatMap((page) => {
  const blocks = blocksOf(page);
  const shell = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
  const others = blocks.filter(({ language }) => language !== 'sh');
  const joined = shell.length > 0 ? [{ language: 'sh', code: shell.join('') }] : [];
  return [...joined, ...others].map((block, index) => ({ page, number: index + 1, block }));
});

let world: World;
let tokens: Record<'access_token' | 'refresh_token', string>;
let folder: string;

beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'flixcheck-guide-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.server.stop();
});

/**
 * Runs a program that prints `Open: ` and a link, waits for the code or the address to which the
 * browser came back, and prints more.
 * @param answer what it waits for, out of that address
 */
async function run(
  command: string,
  args: string[],
  cwd: string,
  answer: (callback: URL) => string,
): Promise<string> {
  const program = spawn(command, args, {
    cwd,
    env: {
      PATH: process.env['PATH'],
      FLIXCHECK_ISSUER: world.url,
      FLIXCHECK_CLIENT_ID: CLIENT.client_id,
      FLIXCHECK_CLIENT_SECRET: CLIENT.client_secret,
      FLIXCHECK_REDIRECT_URI: REDIRECT_URI,
      ACCESS_TOKEN: tokens.access_token,
      REFRESH_TOKEN: tokens.refresh_token,
    },
  });
  let errors = '';
  program.stderr.on('data', (chunk: Buffer) => (errors += chunk));
  const closed = once(program, 'close');
  const printed: string[] = [];
  for await (const line of createInterface(program.stdout)) {
    printed.push(line);
    const link = /^Open: (.*)$/.exec(line)?.[1];
    if (link) program.stdin.write(`${answer(await world.member.grant(link))}\n`);
  }
  const [code] = (await closed) as [number];
  expect([code, errors]).toEqual([0, expect.not.stringMatching(/error/i)]);
  return printed.join('\n');
}

const codeOf = (callback: URL) => callback.searchParams.get('code') ?? '';

async function runShell(code: string): Promise<void> {
  const script = code.replaceAll(DEMO, world.url);
  expect(script).toContain(world.url);
  const printed = await run('sh', ['-euc', script], folder, codeOf);
  expect(printed).not.toMatch(/"error"|"status":[45]/);
  for (const call of script.match(/users\/me|introspect/g) ?? []) {
    expect(printed).toContain(
      call === 'introspect' ? '"active":true' : '"email":"user@musterhaus.example"',
    );
  }
  expect(printed.match(/"refresh_token":/g)?.length ?? 0).toBe(
    script.match(/^echo "\$TOKENS"$/gm)?.length ?? 0,
  );
}

async function runTypeScript(code: string): Promise<void> {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e'];
  const printed = await run(process.execPath, [...args, code], ROOT, ({ href }) => href);
  if (code.includes('Open: ')) {
    expect(printed.split('\n').slice(1)).toEqual([
      'Connected: user@musterhaus.example',
      'Refreshed: user@musterhaus.example',
      'Revoked: 401',
    ]);
  } else {
    expect(printed).toBe(`${world.member.id} readwrite`);
  }
}

/** Sends what an interface describes, with its own literals and a value for each `string`. */
async function sendDescribed(code: string): Promise<void> {
  const path = /^\/\/ POST (\S+)/.exec(code)?.[1] ?? '';
  const values: Record<string, string> = {
    ...CLIENT,
    clientId: CLIENT.client_id,
    code: (await world.crm.code(world.member)).code,
    refresh_token: tokens.refresh_token,
  };
  const body = code
    .replace(/^[^{]*/, '')
    .replace(/(\w+): (string|'[^']*');?/g, (_, name: string, type: string) =>
      type === 'string' ? `"${name}": "${values[name]}",` : `"${name}": "${type.slice(1, -1)}",`,
    )
    .replace(/(\w+): \{/g, '"$1": {')
    .replace(/\};/g, '},')
    .replace(/,(\s*\})/g, '$1');
  const answer = await world.member.send(path, {
    method: 'POST',
    json: JSON.parse(body) as object,
  });
  expect([answer.status, answer.text]).toEqual([path.endsWith('codes') ? 201 : 200, answer.text]);
}

/** The same fields as in the real answer, and the same values except where they are shortened. */
async function compareJson(code: string): Promise<void> {
  const shown = JSON.parse(code.replaceAll(DEMO, world.url)) as Record<string, unknown>;
  const real = await realLike(shown);
  expect(Object.keys(shown).sort()).toEqual(Object.keys(real).sort());
  const fixed = Object.entries(shown).filter(([name]) => !CHANGING.includes(name));
  expect(real).toMatchObject(Object.fromEntries(fixed));
}

const CHANGING = [
  ...['access_token', 'refresh_token', 'sub', 'iat', 'exp', 'jti', 'account_id', 'connection_id'],
  ...['detail', 'requestId'],
];

async function realLike(shown: object): Promise<Record<string, unknown>> {
  if ('access_token' in shown) return { ...(await world.crm.connect(world.member)) };
  if ('iss' in shown) return { ...decode(tokens.access_token).payload };
  return { ...(await send(world.url, '/user/v7/connections')).body };
}

/** A link as applications build it: the page reads its parameters, none is unknown. */
async function openLink(code: string): Promise<void> {
  const values: Record<string, string> = {
    clientId: CLIENT.client_id,
    redirectUri: encodeURIComponent(REDIRECT_URI),
    state: 'open',
  };
  const link = code
    .trim()
    .replace('https://<flixcheck>', world.url)
    .replace(/(\w+)=…/g, (_, name: string) => `${name}=${values[name]}`);
  const callback = await world.member.grant(link);
  expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
}

function runBlock({ language, code }: Block): Promise<void> {
  if (language === 'sh') return runShell(code);
  if (language === 'ts')
    return code.startsWith('// POST') ? sendDescribed(code) : runTypeScript(code);
  if (language === 'json') return compareJson(code);
  if (language === '') return openLink(code);
  throw new Error(`Nobody knows how to run a block in ${language}.`);
}

describe('every block of code in the guide works as it stands', () => {
  beforeEach(async () => {
    tokens = await world.crm.connect(world.member);
  });

  it.each(examples)('$page, $block.language $number', async ({ block }) => {
    await runBlock(block);
  });

  it('every program that it shows is run by the tests of stock clients', () => {
    const shown = pages.flatMap((page) =>
      [...read(page).matchAll(/^\[[^\]]+\]\(([^)]+)\)$/gm)].map(([, file = '']) => basename(file)),
    );
    expect(shown.sort()).toEqual(scripts.map(({ file }) => file).sort());
  });
});
