/**
 * A process that has loaded the packages that the program uses, and waits for the word to load the
 * program itself: most of a start is over before anything was saved.
 */
const { readFileSync } = require('node:fs');
const inspector = require('node:inspector');
const { createHash } = require('node:crypto');
const { join } = require('node:path');
const { cache, keep, NotCompiled, packages } = require('./typescript.cjs');

/** By then the program has loaded what it needs to serve. */
const LEARNT_AFTER_MS = 5000;
const IN_PACKAGES = /[\\/]node_modules[\\/]/;

const program = process.argv[2];
const name = createHash('sha256').update(program).digest('hex').slice(0, 16);
const list = join(cache, `packages-${name}.json`);

for (const file of learnt()) {
  try {
    require(file);
  } catch {
    // It was there the last time; the program itself says what it misses.
  }
}

process.once('message', ({ debuggerPort }) => {
  if (debuggerPort) inspector.open(debuggerPort, '127.0.0.1');
  try {
    require(program);
  } catch (error) {
    if (!(error instanceof NotCompiled)) throw error;
    process.send({ type: 'failed', message: error.message }, () => process.exit(1));
    return;
  }
  setTimeout(() => keep(list, JSON.stringify(loaded())), LEARNT_AFTER_MS).unref();
});
process.once('disconnect', () => process.exit());
process.send({ type: 'standby' });

/** What sources ask for first, in their order; then what packages load only when they are used. */
function loaded() {
  const all = Object.keys(require.cache).filter((file) => IN_PACKAGES.test(file));
  return [...new Set([...packages, ...all])];
}

function learnt() {
  try {
    return JSON.parse(readFileSync(list, 'utf8'));
  } catch {
    return [];
  }
}
