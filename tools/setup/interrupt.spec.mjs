import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcess } from '../../libs/process-lock/src/index.js';

/** More than the command takes to notice that npm is gone. */
const TICKS = 8;
const NOBODY = 65_534;

/** A command of ours: it ticks until it is interrupted, and writes down by what. */
const COMMAND = `
import { appendFileSync } from 'node:fs';
import { listenForInterrupt } from ${JSON.stringify(import.meta.resolve('./interrupt.mjs'))};
const say = (line) => appendFileSync(process.env.SAID, line + '\\n');
const signal = listenForInterrupt();
say('pid ' + process.pid);
setInterval(() => say('tick'), 200);
signal.addEventListener('abort', () => {
  say('ended by ' + signal.reason.signal);
  process.exit(0);
});
`;

let folder;
let runs = 0;
const started = [];

/** Runs a line in a shell that leads a process group of its own, as a terminal does it. */
function shell(line, { uid, shell: file = 'bash' } = {}) {
  const said = join(folder, 'said', `${(runs += 1)}`);
  const { npm_lifecycle_event: _event, npm_node_execpath: _node, ...env } = process.env;
  const as =
    uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const [program, ...args] = [...as, file, '-c', line];
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...env, SAID: said, HOME: folder, npm_config_cache: join(folder, `cache-${uid}`) },
    stdio: 'ignore',
    detached: true,
  });
  const run = { child, ended: once(child, 'exit') };
  run.said = async () => (await readFile(said, 'utf8').catch(() => '')).split('\n');
  run.until = async (isThere) => {
    for (;;) {
      const lines = await run.said();
      const found = isThere(lines);
      if (found) return found;
      await delay(20);
    }
  };
  run.pid = () => run.until((lines) => Number(/^pid (\d+)$/.exec(lines[0])?.[1]));
  run.npm = async () => npmOf(await run.pid());
  run.interruption = () => run.until((lines) => lines.find((each) => each.startsWith('ended by')));
  run.goesOn = async () => {
    const { length } = await run.said();
    const isEnd = (line) => line.startsWith('ended by');
    const lines = await run.until((now) => (now.length > length + TICKS || now.some(isEnd)) && now);
    assert.deepEqual(lines.filter(isEnd), []);
  };
  started.push(run);
  return run;
}

/** Of the processes above one, that which was started as npm. */
function npmOf(pid) {
  for (let at = pid; at > 1; at = readProcess(at)?.parent) {
    if (readProcess(at)?.name.startsWith('npm ')) return at;
  }
  throw new Error('no npm above it');
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interrupt-spec-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'said'));
  await chmod(join(folder, 'said'), 0o777);
  await mkdir(join(folder, `cache-${NOBODY}`));
  if (process.getuid() === 0) await chown(join(folder, `cache-${NOBODY}`), NOBODY, NOBODY);
  await writeFile(join(folder, 'command.mjs'), COMMAND);
  const scripts = { start: 'exec node command.mjs', shelled: 'node command.mjs && true' };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts }));
});

after(async () => {
  for (const run of started) {
    const pid = Number(/^pid (\d+)$/.exec((await run.said())[0])?.[1]);
    for (const each of [-run.child.pid, pid]) {
      try {
        if (each) process.kill(each, 'SIGKILL');
      } catch {
        // It has ended, as it should.
      }
    }
  }
  await rm(folder, { recursive: true, force: true });
});

const users = process.getuid?.() === 0 ? { root: undefined, nobody: NOBODY } : { me: undefined };

for (const [name, uid] of Object.entries(users)) {
  describe(
    `a command that npm runs, as ${name}`,
    {
      skip: process.platform !== 'linux' && 'reads /proc',
      concurrency: true,
      timeout: 30_000,
    },
    () => {
      for (const script of ['start', 'run shelled']) {
        it(`goes on when the shell ends that started npm ${script}`, async () => {
          const run = shell(`npm ${script} & until test -s "$SAID"; do sleep 0.05; done`, { uid });
          await run.ended;
          await run.goesOn();
        });

        it(`ends with npm ${script}, killed by kill -9`, async () => {
          const run = shell(`npm ${script}; true`, { uid });
          process.kill(await run.npm(), 'SIGKILL');
          assert.equal(await run.interruption(), 'ended by SIGHUP');
        });

        it(`ends with npm ${script}, killed by kill`, async () => {
          const run = shell(`npm ${script}; true`, { uid });
          process.kill(await run.npm(), 'SIGTERM');
          assert.match(await run.interruption(), /^ended by SIG(TERM|HUP)$/);
        });
      }

      it('goes on when a session of its own was asked for and its shell is gone', async () => {
        const run = shell('setsid npm start & until test -s "$SAID"; do sleep 0.05; done', { uid });
        await run.ended;
        await run.goesOn();
      });

      it('ends by Ctrl-C, which all processes of the terminal get', async () => {
        const run = shell('npm start; true', { uid });
        await run.pid();
        process.kill(-run.child.pid, 'SIGINT');
        assert.equal(await run.interruption(), 'ended by SIGINT');
      });

      it('ends when the terminal is closed', async () => {
        const run = shell('npm start; true', { uid });
        await run.pid();
        process.kill(-run.child.pid, 'SIGHUP');
        assert.equal(await run.interruption(), 'ended by SIGHUP');
      });

      it('goes on when the terminal is closed, after nohup', async () => {
        const run = shell('nohup npm start; true', { uid });
        await run.pid();
        process.kill(-run.child.pid, 'SIGHUP');
        await run.ended;
        await run.goesOn();
        process.kill(await run.pid(), 'SIGTERM');
        assert.equal(await run.interruption(), 'ended by SIGTERM');
      });

      it('ends with npm after nohup, too', async () => {
        const run = shell('nohup npm start; true', { uid });
        process.kill(await run.npm(), 'SIGKILL');
        assert.equal(await run.interruption(), 'ended by SIGHUP');
      });
    },
  );
}
