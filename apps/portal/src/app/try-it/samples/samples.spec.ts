/** @jest-environment node */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ModuleKind, transpileModule } from 'typescript';
import { RequestDescription, send } from '../request-description';
import * as requests from '../requests';
import { SAMPLES } from './samples';

const execute = promisify(execFile);

/** What matters of a request, as the server gets it. */
const received: object[] = [];
const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    const { method, url, headers } = request;
    const { authorization, cookie, 'content-type': contentType } = headers;
    const type = contentType?.split(';')[0];
    received.push({ method, url, authorization, cookie, type, body: parsed(body, type) });
    response.end('{}');
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) body += String(part);
  return body;
}

function parsed(body: string, type: string | undefined): unknown {
  if (type === 'application/json') return JSON.parse(body);
  const form = new URLSearchParams(body);
  // Go sends it in an order of its own.
  form.sort();
  return [...form];
}

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Everything that a shell or a string literal could take for something else. */
const SECRET = `it's "$HOME" \`id\` \\ 100% +&=ä😀 \${x}`;
const ENVIRONMENT = {
  CLIENT_SECRET: SECRET,
  CODE: 'the-code',
  CODE_VERIFIER: 'the-verifier',
  ACCESS_TOKEN: 'the.access.token',
  REFRESH_TOKEN: 'the-refresh-token',
};

function eachRequest(): RequestDescription[] {
  const context: requests.RunContext = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    client: { clientId: 'bestandsblick', kind: 'confidential' },
    userId: 'me',
    secret: SECRET,
    redirectUri: "https://bestandsblick.example/o'neil?a=1&b=2",
    scope: 'readwrite',
  };
  const refreshToken = requests.refreshToken('the-refresh-token');
  return [
    requests.exchange(context, { code: 'the-code', verifier: 'the-verifier' }),
    requests.exchange(
      { ...context, client: { clientId: 'assistent', kind: 'public' } },
      { code: 'the-code', verifier: 'the-verifier' },
    ),
    requests.refresh(context, 'the-refresh-token', 'read'),
    requests.firstCall(context, 'the.access.token'),
    requests.createCheck(context, 'the.access.token'),
    requests.revoke(context, refreshToken),
    requests.tokens(context, {
      client_secret: { variable: 'CLIENT_SECRET', value: SECRET, suffix: '$x"\\' },
    }),
    {
      method: 'POST',
      url: `${context.origin}/guest/v7/oauth-tokens`,
      headers: {},
      json: { resource: { note: SECRET, refresh_token: refreshToken } },
    },
  ];
}

type Environment = Record<string, string>;

interface Runner {
  /** Which command proves that the language is on this machine; absent: it always is. */
  probe?: [command: string, ...args: string[]];
  /** Runs programs one after the other. */
  send: (programs: string[], env: Environment) => Promise<unknown>;
  /** What a program prints that makes a link, and then its verifier. */
  link: (program: string) => Promise<string>;
}

const MACHINE = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

const RUNNERS: Record<keyof typeof SAMPLES, Runner> = {
  curl: {
    send: (programs, env) => execute('bash', ['-c', programs.join('\n')], { env }),
    link: (program) => printed('bash', ['-c', `${program}\necho "$CODE_VERIFIER"`]),
  },
  typescript: {
    send: async (programs, env) => {
      for (const program of programs) {
        const { outputText } = transpileModule(program, {
          compilerOptions: { module: ModuleKind.ESNext, target: 9 },
        });
        const body = `return (async () => { ${outputText} })()`;
        const run = new Function('process', 'console', body) as (...all: object[]) => Promise<void>;
        await run({ env }, { log: () => undefined });
      }
    },
    link: async (program) => {
      const { outputText } = transpileModule(`${program}\nconsole.log(codeVerifier);`, {
        compilerOptions: { module: ModuleKind.CommonJS, target: 9 },
      });
      const lines: string[] = [];
      const run = new Function('require', 'console', 'exports', outputText);
      run(require, { log: (line: string) => lines.push(line) }, {});
      return lines.join('\n');
    },
  },
  python: {
    send: (programs, env) => execute('python3', ['-c', programs.join('\n')], { env }),
    link: (program) => printed('python3', ['-c', `${program}\nprint(code_verifier)`]),
  },
  go: {
    probe: ['go', 'version'],
    // Compiled at once, each with its own imports: that takes Go longer than to run them.
    send: (programs, env) => runGo(programs, env),
    link: (program) =>
      runGo([program.replace(/\n\}$/, '\n\tfmt.Println(codeVerifier)\n}')], MACHINE),
  },
  php: {
    probe: ['php', '-r', 'curl_init();'],
    send: async (programs, env) => {
      for (const program of programs) await execute('php', ['-r', unwrapped(program)], { env });
    },
    link: (program) =>
      printed('php', ['-r', `${unwrapped(program)}\necho $codeVerifier, PHP_EOL;`]),
  },
};

/** A language may have to compile its standard library first. */
const COMPILES_MS = 180_000;

const printed = async (command: string, args: string[], env: Environment = MACHINE) =>
  (await execute(command, args, { env })).stdout;

const unwrapped = (program: string) => program.replace(/^<\?php\n/, '');

async function runGo(programs: string[], env: Environment): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flixcheck-samples-'));
  try {
    const files = programs.map((program, index) => [
      join(folder, `sample${index}.go`),
      program.replace('func main() {', `func sample${index}() {`),
    ]);
    const calls = programs.map((_, index) => `\tsample${index}()\n`).join('');
    files.push([join(folder, 'main.go'), `package main\n\nfunc main() {\n${calls}}\n`]);
    for (const [file = '', text = ''] of files) await writeFile(file, text);
    return await printed('go', ['run', ...files.map(([file = '']) => file)], env);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the samples', () => {
  for (const [name, { probe, ...runner }] of Object.entries(RUNNERS)) {
    const language = name as keyof typeof SAMPLES;
    if (probe && spawnSync(probe[0], probe.slice(1)).status !== 0) {
      it(`in ${language} cannot be run on this machine: there is no ${probe.join(' ')}`, () => {
        // Where the languages are known to be, as on the runners of CI, none may go missing unseen.
        expect(process.env['EVERY_LANGUAGE']).toBeUndefined();
      });
      continue;
    }

    it(
      `in ${language} send what the page sends, secrets written out or from the environment`,
      async () => {
        received.length = 0;
        for (const request of eachRequest()) await send(request);
        const wanted = received.splice(0);
        for (const open of [true, false]) {
          const samples = eachRequest().map((one) => SAMPLES[language].write(one, open));
          await runner.send(samples, open ? MACHINE : { ...MACHINE, ...ENVIRONMENT });
          expect(received.splice(0)).toEqual(wanted);
        }
      },
      COMPILES_MS,
    );

    it(
      `in ${language} print the link, with PKCE and a state of its own (RFC 7636 §4.2)`,
      async () => {
        const fixed = {
          client_id: 'bestandsblick',
          redirect_uri: "https://bestandsblick.example/o'neil?a=1&b=2",
          response_type: 'code',
          scope: 'read readwrite',
        };
        const address = 'https://flixcheck.example/portal/oauth/authorize';
        const program = SAMPLES[language].link({ address, fixed });
        const [link, verifier] = (await runner.link(program)).trim().split(/\s+/);
        const { origin, pathname, searchParams } = new URL(link!);
        expect(`${origin}${pathname}`).toBe(address);
        const { state, code_challenge, ...others } = Object.fromEntries(searchParams);
        expect(others).toEqual({ ...fixed, code_challenge_method: 'S256' });
        expect(state!.length).toBeGreaterThanOrEqual(22);
        expect(code_challenge).toBe(createHash('sha256').update(verifier!).digest('base64url'));
      },
      COMPILES_MS,
    );
  }

  for (const [language, { write }] of Object.entries(SAMPLES)) {
    it(`in ${language} name no secret until the reader asks for it`, () => {
      const [exchange] = eachRequest();
      expect(write(exchange!, false)).not.toMatch(/the-code|the-verifier|it's/);
      expect(write(exchange!, true)).toContain('the-code');
    });
  }

  it('in Go import what they use, and nothing else', () => {
    const uses = { json: 'json.', os: 'os.', strings: 'strings.', url: 'url.', bytes: 'bytes.' };
    for (const request of eachRequest()) {
      for (const open of [true, false]) {
        const [, imports = '', program = ''] =
          /import \((.*?)\)(.*)/s.exec(SAMPLES.go.write(request, open)) ?? [];
        for (const [name, call] of Object.entries(uses)) {
          expect([name, imports.includes(`${name}"`)]).toEqual([name, program.includes(call)]);
        }
      }
    }
  });

  it('in Go and PHP carry each parameter with its value', () => {
    const [exchange] = eachRequest();
    const go = SAMPLES.go.write(exchange!, true);
    const php = SAMPLES.php.write(exchange!, true);
    const valuesOf = (sample: string, entry: RegExp, read: (text: string) => unknown) =>
      Object.fromEntries(
        [...sample.matchAll(entry)].map(([, name, value]) => [name, read(value!)]),
      );
    const wanted = {
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: "https://bestandsblick.example/o'neil?a=1&b=2",
      code_verifier: 'the-verifier',
      client_id: 'bestandsblick',
      client_secret: SECRET,
    };
    expect(valuesOf(go, /^\t\t"(\w+)": \{(".*")\},$/gm, (text) => JSON.parse(text))).toEqual(
      wanted,
    );
    const unquoted = (text: string) => text.slice(1, -1).replace(/\\([\\'])/g, '$1');
    expect(valuesOf(php, /^ {8}'(\w+)' => ('.*'),$/gm, unquoted)).toEqual(wanted);
  });
});
