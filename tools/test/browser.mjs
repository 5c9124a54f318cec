import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Failure } from '../setup/failure.mjs';
import { projectEnvironment } from '../setup/project-node.mjs';
import { run } from '../setup/run.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';

/** The first one is Chromium without windows, which are a third of what the browser tests take. */
const COMMANDS = [
  'chromium-headless-shell',
  ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
  'microsoft-edge',
];
const MAC_APPLICATIONS = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

/**
 * Begins what takes long and needs nothing of the project's: to look for a browser, and to install
 * Debian's where there is none.
 */
export function seekBrowser(signal) {
  const found = findBrowser(signal);
  const installed = found.then((path) => path ?? installDebians(signal));
  // Whoever needs the browser is told.
  for (const outcome of [found, installed]) outcome.catch(() => undefined);
  return { found, installed };
}

/** A Chromium that works, wherever it comes from: tests of pages are never left out for want of one. */
export async function findOrInstallBrowser({
  node,
  signal,
  progress,
  sought = seekBrowser(signal),
}) {
  const found = await sought.found;
  if (found) return found;

  if (mayInstall()) {
    const installed = await progress
      .step('Installing a browser (Debian’s Chromium)', () => sought.installed)
      .catch((error) => {
        signal.throwIfAborted();
        progress.line(progress.dim(error.message));
      });
    if (installed) return installed;
  }

  await progress
    .step('Downloading a browser (Playwright’s Chromium)', async () => {
      const cli = inWorkspace('node_modules', '@playwright', 'test', 'cli.js');
      const { code, output } = await run(node, [cli, 'install', 'chromium'], {
        cwd: root,
        env: projectEnvironment(node, { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(5 * 60_000)]),
      });
      if (code !== 0) throw new Failure(output);
    })
    .catch(() => signal.throwIfAborted());
  const downloaded = await findBrowser(signal);
  if (downloaded) return downloaded;

  throw new Failure(
    'No browser was found for the tests of the portal, and none could be installed: install Chromium ' +
      '(on Debian: `sudo apt-get install chromium`) or Google Chrome, or give the path of one as CHROME_PATH.',
  );
}

function mayInstall() {
  return process.getuid?.() === 0 && commandPath('apt-get') !== undefined;
}

async function installDebians(signal) {
  if (!mayInstall()) return undefined;
  const apt = async (...args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { code, output } = await run('apt-get', ['-q', ...args], { env, signal });
    if (code !== 0) throw new Failure(output.trim().split('\n').slice(-3).join('\n'));
  };
  const install = (name) => apt('install', '--yes', '--no-install-recommends', name);
  await apt('update').catch(() => signal.throwIfAborted());
  // Not every release that has Chromium has the one without windows.
  await install('chromium-headless-shell').catch(() => {
    signal.throwIfAborted();
    return install('chromium');
  });
  return findBrowser(signal);
}

/** The first one that can say its version: Ubuntu’s `chromium-browser`, for one, may be a stub. */
async function findBrowser(signal) {
  const given = process.env.CHROME_PATH;
  if (given) {
    if (await works(given, signal)) return given;
    throw new Failure(
      `CHROME_PATH is '${given}', which is not a browser that can be run: correct or unset it.`,
    );
  }
  const candidates = [
    ...COMMANDS.map(commandPath),
    ...MAC_APPLICATIONS.filter((path) => existsSync(path)),
    ...playwrightBrowsers(),
  ];
  for (const candidate of candidates) {
    if (candidate && (await works(candidate, signal))) return candidate;
  }
  return undefined;
}

async function works(path, signal) {
  const asked = await run(path, ['--version'], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
  }).catch(() => signal.throwIfAborted());
  return asked?.code === 0;
}

function commandPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function playwrightBrowsers() {
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'ms-playwright');
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .flatMap((name) => readdirSync(join(cache, name)).map((folder) => join(cache, name, folder)))
    .flatMap((folder) => [
      join(folder, 'chrome'),
      join(folder, 'Chromium.app/Contents/MacOS/Chromium'),
      join(folder, 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing'),
    ])
    .filter(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
