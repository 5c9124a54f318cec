/**
 * Lets the bench ask this process over its channel, as long as that is open.
 * @param {Record<string, (input: any) => unknown>} questions by name
 */
export function answer(questions) {
  process.on('message', async ({ id, name, input }) => {
    try {
      process.send({ id, result: await questions[name](input) });
    } catch (error) {
      process.send({ id, failure: error.stack });
    }
  });
  process.on('disconnect', () => process.exit());
}

/** CPU that this process has used so far, in microseconds: garbage collection and all threads too. */
export function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
