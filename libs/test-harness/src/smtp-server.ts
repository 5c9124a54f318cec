import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A mail as it went over the line. */
interface Received {
  to: string;
  /** Headers and body. */
  data: string;
}

export interface SmtpServer {
  url: string;
  received: Received[];
  /** What it says to the next recipients (RFC 5321 §4.2), instead of taking their mails. */
  refuse: (reply: string) => void;
  accept: () => void;
  close: () => Promise<void>;
}

/** A mail server that keeps what it gets. It speaks as much SMTP (RFC 5321) as one client needs. */
export async function startSmtpServer(): Promise<SmtpServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let refusal: string | undefined;
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
    const say = (line: string) => socket.write(`${line}\r\n`);
    let to = '';
    let data: string[] | undefined;
    say('220 test');
    createInterface({ input: socket, crlfDelay: Infinity }).on('line', (line) => {
      if (data) {
        if (line !== '.') return void data.push(line.replace(/^\.\./, '.'));
        received.push({ to, data: data.join('\n') });
        data = undefined;
        return void say('250 taken');
      }
      const [, recipient] = /^RCPT TO:<(.*)>/i.exec(line) ?? [];
      if (recipient !== undefined) {
        to = recipient;
        return void say(refusal ?? '250 ok');
      }
      if (/^DATA/i.test(line)) {
        data = [];
        return void say('354 go on');
      }
      if (/^QUIT/i.test(line)) return void socket.end('221 bye\r\n');
      say('250 ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    refuse: (reply) => (refusal = reply),
    accept: () => (refusal = undefined),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
