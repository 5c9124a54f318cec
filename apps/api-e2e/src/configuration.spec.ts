import { eventually, freePort, send, startServer } from '@flixcheck/test-harness';
import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { once } from 'node:events';

describe('what stands in the way of the start is said in a sentence', () => {
  it('a wrong environment variable, by its name and without its value where that is a secret', async () => {
    const failure = startServer({
      env: { APP_SECRET: 'a-short-app-secret' },
      databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing',
    });
    await expect(failure).rejects.toThrow('APP_SECRET');
    await expect(failure).rejects.not.toThrow('a-short-app-secret');
  });

  it('a database that does not answer', async () => {
    const failure = startServer({ databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing' });
    await expect(failure).rejects.toThrow(/database.*does not answer/i);
  });

  it('a port that is taken', async () => {
    const other = createServer().listen(Number(await freePort()), 'localhost');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      const failure = startServer({ env: { PORT: String(port) } });
      await expect(failure).rejects.toThrow(`Port ${port} is taken`);
      await expect(failure).rejects.not.toThrow('npm start');
    } finally {
      other.close();
    }
  });
});

it('PUBLIC_URL is the issuer, whatever address the server listens on', async () => {
  const server = await startServer({ env: { PUBLIC_URL: 'https://connect.example' } });
  try {
    const { body } = await send<{ issuer: string; token_endpoint: string }>(
      server.url,
      '/.well-known/oauth-authorization-server',
      // What a proxy or an attacker says about the host changes nothing.
      { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } },
    );
    expect(body.issuer).toBe('https://connect.example');
    expect(body.token_endpoint).toBe('https://connect.example/guest/v7/oauth-tokens');
  } finally {
    await server.stop();
  }
});

it('the log says where the server listens, and that it has stopped in an orderly way', async () => {
  const server = await startServer({ env: { LOG_LEVEL: 'info', HOST: '127.0.0.1' } });
  const logged = (message: string) =>
    eventually(
      () =>
        Promise.resolve(
          server
            .output()
            .split('\n')
            .filter((line) => line.includes(message)),
        ),
      (lines) => lines.length === 1,
    );
  const [ready = ''] = await logged('"msg":"ready"');
  expect(JSON.parse(ready)).toMatchObject({ url: server.url, address: '127.0.0.1' });
  expect(server.url).toContain(`:${JSON.parse(ready).port}`);
  await server.stop();
  await logged('"msg":"stopped"');
});
