import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type DemoClientConfig, readConfig } from './config.js';
import { Flixcheck } from './flixcheck.js';
import { createDemoClient } from './server.js';

const SHUTDOWN_MS = 800;

/**
 * Loopback only, by both of its addresses: the secret of this application is public.
 * A machine without IPv6 is served by IPv4 alone.
 */
async function listen(servers: readonly [Server, Server], port: number): Promise<void> {
  await listenOn(servers[0], port, '127.0.0.1');
  await listenOn(servers[1], port, '::1').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
  });
}

async function listenOn(server: Server, port: number, host: string): Promise<void> {
  server.listen({ port, host });
  await once(server, 'listening');
}

function inWords(error: NodeJS.ErrnoException, port?: number): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} is taken: end the program that uses it, or set DEMO_CLIENT_PORT to another port.`;
  }
  if (error.code === 'EACCES') {
    return `Port ${port} may not be used here: set DEMO_CLIENT_PORT to one above 1023.`;
  }
  return error.message;
}

function fail(message: string): void {
  process.stderr.write(`Maklerwelt CRM: ${message}\n`);
  process.exitCode = 1;
  if (process.send) process.send({ type: 'failed', message }, () => process.exit(1));
  else process.exit(1);
}

async function flixcheckFor(config: DemoClientConfig): Promise<Flixcheck> {
  if (config.flavour === 'openid-client') return new Flixcheck(config);
  const { FlixcheckByConnectClient } = await import('./flixcheck-connect-client.js');
  return new FlixcheckByConnectClient(config);
}

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const answer = createDemoClient(config, await flixcheckFor(config));
  const servers = [createServer(answer), createServer(answer)] as const;
  await listen(servers, config.port).catch((error: NodeJS.ErrnoException) => {
    throw new Error(inWords(error, config.port));
  });

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), SHUTDOWN_MS).unref();
    for (const server of servers) server.close();
    for (const server of servers) server.closeIdleConnections();
    if (process.connected) process.disconnect();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);

  const url = `http://localhost:${config.port}`;
  if (process.send) process.send({ type: 'ready', url });
  else process.stdout.write(`Maklerwelt CRM: ${url}\n`);
}

start().catch((error: Error) => fail(error.message));
