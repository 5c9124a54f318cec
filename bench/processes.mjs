import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Starts a script, named as seen from `servers/`, and resolves when it listens; `ask` puts its questions to it. */
export async function startServer(script, env) {
  const child = fork(fileURLToPath(new URL(`servers/${script}`, import.meta.url)), {
    execArgv: process.env.BENCH_PROFILE
      ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]
      : [],
    // A pipe, as a container has for its log.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Bytes and moments arrive as such.
    serialization: 'advanced',
    env: { PATH: process.env.PATH, ...env },
  });
  child.stdout.resume();
  const exited = once(child, 'exit');
  const waiting = new Map();
  const ready = new Promise((resolve, reject) => {
    exited.then(([code, signal]) => {
      const failure = new Error(`${script} ended with ${signal ?? code}`);
      reject(failure);
      for (const question of waiting.values()) question.reject(failure);
    });
    child.on('message', (message) => {
      if (message.ready) return resolve(message.ready);
      const { resolve: done, reject: fail } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.failure) fail(new Error(message.failure));
      else done(message.result);
    });
  });
  let asked = 0;
  return {
    url: await ready,
    ask(name, input) {
      const id = ++asked;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, name, input });
      });
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
