import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { inWorkspace, root } from '../setup/workspace.mjs';

/**
 * A program of ours that runs until it is told to stop. It has a channel to this process, over
 * which it says `{type: 'progress' | 'ready' | 'failed'}`; when the channel closes, the program
 * knows that this process is gone and ends, so that nothing is left behind.
 */
export class Program {
  #child;
  #failure;

  /** Settles when the program serves; rejects with its own words, if it has any, when it cannot. */
  ready;
  exited;

  constructor(script, { node, env, onProgress = () => undefined }) {
    this.#child = spawn(node, ['--enable-source-maps', inWorkspace(script)], {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Out of the terminal's reach: Ctrl-C is for this process, which then stops all in order.
      detached: true,
    });
    this.exited = this.#ending();
    this.ready = new Promise((resolve, reject) => {
      this.#child.on('message', (message) => {
        if (message?.type === 'ready') resolve(message.url);
        if (message?.type === 'failed') this.#failure = String(message.message);
        if (message?.type === 'progress') onProgress(String(message.message));
      });
      this.exited.then(reject, reject);
    });
    // Awaiting readiness only later must not make this an unhandled rejection.
    this.ready.catch(() => undefined);
  }

  async #ending() {
    const [code, signal] = await once(this.#child, 'exit');
    // Its last words may still be on their way.
    if (this.#child.connected) await once(this.#child, 'disconnect');
    return { code, signal, words: this.#failure };
  }

  async stop(patienceMs) {
    const isRunning = () => this.#child.exitCode === null && this.#child.signalCode === null;
    if (!isRunning()) return;
    this.#child.kill('SIGTERM');
    await Promise.race([this.exited, delay(patienceMs, undefined, { ref: false })]);
    if (isRunning()) this.#child.kill('SIGKILL');
    await this.exited;
  }
}
