import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Published {
  subject: string;
  payload: string;
}

/** A NATS server whose network a test can break. */
export interface NatsServer {
  url: string;
  /** What clients with a key sign. */
  nonce: string;
  /** Everything that came, also what was not passed on. */
  published: Published[];
  /** What the clients said of themselves when they connected, the latest last. */
  clients: Record<string, unknown>[];
  /** How often each message is passed on from now on: 0 loses all, 2 doubles them. */
  deliver(times: number): void;
  /** Sends a message of its own to all who listen to its subject. */
  publish(subject: string, payload?: string): void;
  /** Answers whoever connects with an error from now on, or with none again. */
  refuse(error: string | undefined): void;
  /** Ends the connections and refuses new ones until `mend`. */
  cut(): void;
  /** Takes and gives nothing any more, like a firewall that has dropped the connection. */
  silence(): void;
  mend(): void;
  stop(): Promise<void>;
}

interface Client {
  socket: Socket;
  subscriptions: Map<string, string>;
  hearsItself: boolean;
}

/** It speaks as much of the protocol as nodes need that wake each other. */
export async function startNatsServer(): Promise<NatsServer> {
  const published: Published[] = [];
  const greetings: Record<string, unknown>[] = [];
  const clients = new Set<Client>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  let times = 1;
  let refusal: string | undefined;
  const nonce = randomBytes(12).toString('base64url');
  const info = JSON.stringify({ version: '2.10.0', proto: 1, max_payload: 1024, nonce });

  const pass = ({ subject, payload }: Published, from?: Client) => {
    for (const client of clients) {
      if (client === from && !client.hearsItself) continue;
      for (const [id, wanted] of client.subscriptions) {
        if (wanted !== subject) continue;
        const message = `MSG ${subject} ${id} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;
        for (let i = 0; i < times; i += 1) client.socket.write(message);
      }
    }
  };

  const obey = (client: Client, line: string) => {
    const [verb = '', first = '', second = '', third] = line.split(' ');
    if (verb === 'CONNECT') {
      const options = JSON.parse(line.slice('CONNECT '.length)) as Record<string, unknown>;
      greetings.push(options);
      client.hearsItself = options['echo'] !== false;
      if (refusal !== undefined) client.socket.end(`-ERR '${refusal}'\r\n`);
    } else if (verb === 'PING') client.socket.write('PONG\r\n');
    else if (verb === 'SUB') client.subscriptions.set(third ?? second, first);
    else if (verb === 'UNSUB') client.subscriptions.delete(first);
  };

  const server = createServer((socket) => {
    if (state === 'cut') return void socket.destroy();
    const client: Client = { socket, subscriptions: new Map(), hearsItself: true };
    clients.add(client);
    socket.on('error', () => undefined).on('close', () => clients.delete(client));
    socket.write(`INFO ${info}\r\n`);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      if (state === 'silent') return;
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        const [, subject, length] = /^PUB (\S+)(?: \S+)? (\d+)$/.exec(line) ?? [];
        const payloadEnd = end + 2 + Number(length ?? 0);
        if (subject !== undefined) {
          if (text.length < payloadEnd + 2) return;
          const message = { subject, payload: text.slice(end + 2, payloadEnd) };
          published.push(message);
          pass(message, client);
        } else obey(client, line);
        text = text.slice(subject === undefined ? end + 2 : payloadEnd + 2);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const { socket } of clients) socket.destroy();
  };
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nonce,
    published,
    clients: greetings,
    deliver: (count) => (times = count),
    publish: (subject, payload = '') => pass({ subject, payload }),
    refuse: (error) => (refusal = error),
    cut() {
      state = 'cut';
      drop();
    },
    silence: () => (state = 'silent'),
    mend() {
      // What was lost is lost: nothing goes on where it stopped.
      if (state === 'silent') drop();
      state = 'open';
    },
    async stop() {
      server.close();
      drop();
      await once(server, 'close');
    },
  };
}
