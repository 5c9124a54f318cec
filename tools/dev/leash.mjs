import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * What `npm run dev` holds its programs by: each has a connection to it, on the port in DEV_LEASH.
 * Nx would end the database's processes beside the program that stops them in order.
 */
export async function openLeash() {
  const held = new Set();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    held.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => held.delete(socket));
    socket.resume();
    socket.write('held');
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return {
    port: server.address().port,
    /** Settles when all that were held have ended. */
    release: async () => {
      server.close();
      const ends = [...held].map((socket) => once(socket, 'close'));
      for (const socket of held) socket.end();
      await Promise.all(ends);
    },
  };
}

/**
 * Calls `end` when this program is to stop, and when who holds it is gone.
 * @returns settles when it is held
 */
export async function onRelease(port, end) {
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.once('end', end);
  socket.once('close', end);
  await new Promise((resolve) => socket.on('data', resolve));
}
