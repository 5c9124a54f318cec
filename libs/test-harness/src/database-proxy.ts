import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Which of a process's connections to its database: the one that listens, or all of them. */
export type Affected = 'feed' | 'all';

/** A network between one process and its database that a test can break. */
export interface DatabaseProxy {
  /** The database as reached through the proxy. */
  url: string;
  /** Ends connections and refuses new ones until `mend`. */
  cut(affected: Affected): void;
  /**
   * Silently lets nothing through, like a firewall that has dropped the connection, until `mend`.
   */
  silence(affected: Affected): void;
  mend(): void;
  stop(): Promise<void>;
}

/** How the listening connection introduces itself (`application_name` of the startup message). */
const FEED = 'change feed';

interface Link {
  isFeed: boolean;
  sockets: Socket[];
}

export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const links = new Set<Link>();
  let state: { how: 'open' | 'cut' | 'silent'; affected: Affected } = {
    how: 'open',
    affected: 'all',
  };
  const concerns = ({ isFeed }: Link) =>
    state.how !== 'open' && (isFeed || state.affected === 'all');
  const drop = (link: Link) => {
    links.delete(link);
    for (const socket of link.sockets) socket.destroy();
  };

  const server = createServer((client) => {
    const link: Link = { isFeed: false, sockets: [client] };
    links.add(link);
    client.on('error', () => drop(link)).on('close', () => drop(link));
    client.once('data', (startup: Buffer) => {
      link.isFeed = startup.includes(FEED);
      if (concerns(link)) {
        if (state.how === 'cut') drop(link);
        return;
      }
      const database = connect(Number(target.port), target.hostname);
      link.sockets.push(database);
      database.on('error', () => drop(link)).on('close', () => drop(link));
      const forward = (to: Socket) => (chunk: Buffer) => {
        if (!concerns(link)) to.write(chunk);
      };
      database.write(startup);
      client.on('data', forward(database));
      database.on('data', forward(client));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cut(affected) {
      state = { how: 'cut', affected };
      for (const link of [...links]) if (concerns(link)) drop(link);
    },
    silence(affected) {
      state = { how: 'silent', affected };
    },
    mend() {
      // What was lost is lost: nothing goes on where it stopped.
      const broken = [...links].filter(concerns);
      state = { how: 'open', affected: 'all' };
      broken.forEach(drop);
    },
    async stop() {
      server.close();
      [...links].forEach(drop);
      await once(server, 'close');
    },
  };
}
