/** What a check's own words leave open. */
const WHAT_TO_DO = {
  'checks:format': 'Run `npm run format`.',
  'checks:spelling':
    'Mend the word; one that is right belongs into tools/checks/words.txt, between its neighbours.',
  'checks:links': 'Mend the link, or what it leads to.',
  'checks:unused':
    'Delete it, or use it; what is started by its file name belongs to `entry` in knip.json.',
};

/**
 * What a run of Nx says of suites that are its targets, which run in one go: otherwise a processor
 * waits for the last task of each. Nx names at its end all tasks that are not in order.
 */
export function outcomesOf(suites, { code, output }) {
  const targets = suites.map(({ target }) => target.split(','));
  const ofSuite = (index) => (task) => targets[index].includes(targetOf(task));
  const ofNone = (task) => !targets.some((_, index) => ofSuite(index)(task));
  const bad = code === 0 ? [] : tasksInSummary(output);
  // Nx itself has failed, or something that none of the suites is about.
  const tellsNothing = code !== 0 && bad.every(ofNone);
  return suites.map((_, index) => {
    const passes = !tellsNothing && !bad.some(ofSuite(index));
    const isShown = (task) =>
      passes ? ofSuite(index)(task) : bad.includes(task) && (ofSuite(index)(task) || ofNone(task));
    return {
      passed: passes ? 1 : 0,
      failed: passes ? 0 : 1,
      skipped: 0,
      output: tellsNothing ? output : blocks(output, isShown, (task) => bad.includes(task)),
    };
  });
}

/** Nx itself builds what its targets depend on; other suites start what has been built. */
export function startBuiltPrograms(suites) {
  return suites.some(({ kind }) => kind !== 'nx');
}

const targetOf = (task) => task.split(':')[1];

/** Those that have failed, and those that were not run therefore. */
function tasksInSummary(output) {
  const summary = output.slice(output.lastIndexOf('\n NX '));
  return [...summary.matchAll(/^- ([\w-]+:[\w:-]+)$/gm)].map(([, task]) => task);
}

/** What the tasks have written, each of which Nx heads with its name, and what to do about it. */
function blocks(output, isShown, isBad) {
  const nameOf = (block) => /^> nx run ([\w:-]+)/.exec(block)?.[1] ?? '';
  return output
    .slice(0, output.lastIndexOf('\n NX '))
    .split(/^(?=> nx run )/m)
    .filter((block) => isShown(nameOf(block)))
    .map((block) => {
      const advice = isBad(nameOf(block)) && WHAT_TO_DO[nameOf(block)];
      return advice ? `${block.trimEnd()}\n→ ${advice}\n\n` : block;
    })
    .join('');
}
