const { default: Sequencer } = require('@jest/test-sequencer');

/** Groups of spec files (`jest.groups.cjs`) as they were shared out: the small ones last. */
module.exports = class extends Sequencer {
  sort(tests) {
    const inOrder = (config) => Object.keys(config.testEnvironmentOptions.groups);
    const place = ({ path, context }) => inOrder(context.config).indexOf(path);
    return [...tests].sort((one, other) => place(one) - place(other));
  }
};
