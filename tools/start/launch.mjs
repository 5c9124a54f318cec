import { join, resolve } from 'node:path';
import { holderOf } from '../../libs/process-lock/src/index.js';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress, seconds } from '../setup/progress.mjs';
import { projectEnvironment } from '../setup/project-node.mjs';
import { isOn, welcome } from './welcome.mjs';
import { root } from '../setup/workspace.mjs';
import { becomesFree, isFree } from './ports.mjs';
import { Program } from './program.mjs';

/** How long an earlier run, killed a moment ago, may take to release its port. */
const PREDECESSOR_MS = 5000;
const STRANGER_MS = 1000;
/** All of it together must be gone within 5 s of Ctrl-C. */
const STOP_MS = 4300;

/** `npm start`: everything from a fresh clone to the running program, until Ctrl-C. */
export async function launch() {
  const signal = listenForInterrupt();
  const progress = new Progress();
  const programs = [];
  let exitCode = 0;
  try {
    await runUntilTheEnd({ signal, progress, programs });
  } catch (error) {
    if (error instanceof Interrupted) {
      // Ctrl-C is the regular end of a running program, but an error while it is still starting.
      exitCode = programs.length > 0 ? 0 : 130;
    } else {
      progress.line(`\n${progress.red(inWords(error))}\n`);
      exitCode = 1;
    }
  }
  await Promise.all(programs.map((program) => program.stop(STOP_MS)));
  process.exit(exitCode);
}

async function runUntilTheEnd({ signal, progress, programs }) {
  const startedAt = Date.now();
  const ports = readPorts(process.env);
  for (const port of ports) await makeSureIsFree(port, { signal, progress });
  const projects = ['api', 'portal', 'docs', ...(ports.length > 1 ? ['demo-client'] : [])];
  const node = await prepare(projects, { signal, progress });

  const run = (script, env, onProgress) => {
    signal.throwIfAborted();
    const program = new Program(script, { node, env: projectEnvironment(node, env), onProgress });
    programs.push(program);
    return program;
  };
  const interrupted = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  interrupted.catch(() => undefined);

  const api = await progress.step('Starting', async (detail) => {
    const program = run('apps/api/dist/main.js', {}, detail);
    const url = await Promise.race([program.ready.catch(failedStart), interrupted]);
    return { program, url };
  });
  const demoPort = ports[1]?.number;
  let demoUrl;
  if (demoPort !== undefined) {
    const demo = run('apps/demo-client/dist/main.js', {
      DEMO_CLIENT_PORT: String(demoPort),
      FLIXCHECK_URL: api.url,
    });
    demoUrl = await Promise.race([demo.ready.catch(failedStart), interrupted]);
    void demo.exited.then(({ words }) => {
      if (signal.aborted) return;
      progress.line(
        progress.red(
          `The demo third party has ended${words ? `: ${words}` : ''}. Everything else goes on.`,
        ),
      );
    });
  }
  const whatRuns = {
    url: api.url,
    demoUrl,
    demo: hasDemoData(process.env),
    mailbox: hasMailbox(process.env),
  };
  for (const line of welcome(whatRuns, progress)) {
    progress.line(line);
  }
  progress.line(
    progress.dim(`Ready after ${seconds(Date.now() - startedAt)}. Ctrl-C stops everything.\n`),
  );

  const { words, ...exit } = await Promise.race([api.program.exited, interrupted]);
  throw new Failure(
    words ??
      `The program has ended by itself (${describe(exit)}): see above for the reason, then start it again.`,
  );
}

const isDemo = (env) => !env.DATABASE_URL?.trim() && !env.DATABASE_URL_FILE?.trim();
const hasDemoData = (env) => isDemo(env) && isOn(env.DEMO_DATA);
const hasMailbox = (env) => hasDemoData(env) && !env.SMTP_URL?.trim() && !env.SMTP_URL_FILE?.trim();

/**
 * The ports that will be used. A value that is not a port at all is left for the program to report.
 */
function readPorts(env) {
  const read = (name, fallback) => ({ name, number: Number(env[name]?.trim() || fallback) });
  const ports = [read('PORT', 3000)];
  const demo = read('DEMO_CLIENT_PORT', 4000);
  if (isDemo(env) && demo.number !== 0) ports.push(demo);
  return ports;
}

async function makeSureIsFree({ name, number }, { signal, progress }) {
  if (!(number > 0 && number < 65536) || (await isFree(number))) return;
  const earlier = isDemo(process.env) ? ownerOfData() : undefined;
  const inUse = new Failure(
    `Port ${number} is in use by ${earlier ? `this program, which is already running (process ${earlier})` : 'another program'}: ` +
      `stop that one, or choose another port with ${name}=${number + 1} npm start`,
  );
  await progress.step(`Waiting for port ${number}, which is in use`, async () => {
    const patienceMs = earlier ? PREDECESSOR_MS : STRANGER_MS;
    if (!(await becomesFree(number, patienceMs, signal))) throw inUse;
  });
}

/** The living process that runs the embedded database, which holds this lock. */
function ownerOfData() {
  const dataDir = resolve(root, process.env.DATA_DIR?.trim() || '.data');
  return holderOf(join(dataDir, 'postgres.owner'));
}

function failedStart({ words, ...exit }) {
  throw new Failure(
    words ?? `The program could not start (${describe(exit)}): see above for the reason.`,
  );
}

function describe({ code, signal }) {
  return signal ? `signal ${signal}` : `exit code ${code}`;
}
