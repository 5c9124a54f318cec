import { freePort, type RunningServer, startServer } from './server.js';

/** Several API processes on one database, which the world knows under one address. */
export interface Nodes {
  servers: readonly RunningServer[];
  /** Addresses of the processes, as a load balancer knows them. */
  urls: readonly string[];
  /** The issuer, which is the first one's address. */
  publicUrl: string;
  databaseUrl: string;
  stop(): Promise<void>;
}

export interface NodesOptions {
  count?: number;
  env?: Record<string, string>;
  /** How each process reaches the one database; where left out, a fresh one for all. */
  databaseUrls?: readonly string[];
  /** The first process runs the database itself, in this folder. */
  dataDir?: string;
}

export async function startNodes({
  count = 2,
  env = {},
  databaseUrls = [],
  dataDir,
}: NodesOptions = {}): Promise<Nodes> {
  const port = String(await freePort());
  const publicUrl = `http://localhost:${port}`;
  const settings = { PUBLIC_URL: publicUrl, ...env };
  // The first one alone migrates and fills the database.
  const first = await startServer({
    env: { ...settings, PORT: port },
    databaseUrl: databaseUrls[0],
    dataDir,
  });
  const starts = await Promise.allSettled(
    Array.from({ length: count - 1 }, (_, index) =>
      startServer({ env: settings, databaseUrl: databaseUrls[index + 1] ?? first.databaseUrl }),
    ),
  );
  const others = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async () => {
    await Promise.all(others.map((server) => server.stop()));
    await first.stop();
  };
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  const servers = [first, ...others];
  return {
    servers,
    urls: servers.map(({ url }) => url),
    publicUrl,
    databaseUrl: first.databaseUrl,
    stop,
  };
}
