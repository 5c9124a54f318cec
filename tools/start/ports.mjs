import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether a server on this port would find it free, on the addresses that `localhost` means. */
export async function isFree(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const failure = await tryToListen(port, host);
    if (failure === 'EADDRINUSE') return false;
  }
  return true;
}

/** Waits a while for a program that is shutting down. */
export async function becomesFree(port, patienceMs, signal) {
  const deadline = Date.now() + patienceMs;
  while (!(await isFree(port))) {
    if (Date.now() >= deadline) return false;
    await delay(100, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  return true;
}

function tryToListen(port, host) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', ({ code }) => resolve(code));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}
