import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { findOrInstallBrowser, seekBrowser } from './browser.mjs';

const signal = new AbortController().signal;
const progress = { step: (_label, work) => work(), line: () => undefined, dim: String };
const folders = [];
let folder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'browser-'));
  folders.push(folder);
  // Only what a test has put there.
  process.env.PATH = folder;
  process.env.PLAYWRIGHT_BROWSERS_PATH = folder;
  delete process.env.CHROME_PATH;
});

after(() => Promise.all(folders.map((each) => rm(each, { recursive: true }))));

async function program(name, script = 'exit 0') {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** An apt-get that knows some packages, and writes down what it is told. */
async function aptWith(...packages) {
  const log = join(folder, 'log');
  await writeFile(log, '');
  await program(
    'apt-get',
    `echo "$@" >> '${log}'
     for name; do :; done
     case " update ${packages.join(' ')} " in
       *" $name "*) printf '#!/bin/sh\\n' > '${folder}'/$name; /bin/chmod +x '${folder}'/$name ;;
       *) exit 100 ;;
     esac`,
  );
  return async () =>
    [...(await readFile(log, 'utf8')).matchAll(/^-q install .* (\S+)$/gm)].map(([, name]) => name);
}

const skip = process.platform !== 'linux' && 'is about Debian’s packages';

describe('the browser of the tests', { skip }, () => {
  it('is the one without windows where there are both', async () => {
    await program('chromium');
    const shell = await program('chromium-headless-shell');
    assert.equal(await findOrInstallBrowser({ signal, progress }), shell);
  });

  it('is not installed where there is one', async () => {
    const installed = await aptWith('chromium-headless-shell', 'chromium');
    const chromium = await program('chromium');
    assert.equal(await findOrInstallBrowser({ signal, progress }), chromium);
    assert.deepEqual(await installed(), []);
  });
});

describe(
  'where there is no browser',
  { skip: skip || (process.getuid() !== 0 && 'only root installs packages') },
  () => {
    it('Debian’s without windows is installed', async () => {
      const installed = await aptWith('chromium-headless-shell', 'chromium');
      const path = join(folder, 'chromium-headless-shell');
      assert.equal(await findOrInstallBrowser({ signal, progress }), path);
      assert.deepEqual(await installed(), ['chromium-headless-shell']);
    });

    it('a release that does not have that one gets Chromium', async () => {
      await aptWith('chromium');
      const path = join(folder, 'chromium');
      assert.equal(await findOrInstallBrowser({ signal, progress }), path);
    });

    it('one is being installed before anybody waits for it', async () => {
      const installed = await aptWith('chromium-headless-shell');
      const sought = seekBrowser(signal);
      await sought.installed;
      assert.deepEqual(await installed(), ['chromium-headless-shell']);
      const path = join(folder, 'chromium-headless-shell');
      assert.equal(await findOrInstallBrowser({ signal, progress, sought }), path);
    });
  },
);
