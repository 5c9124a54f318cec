/** `feat(connections): revoke ends tokens on every node`, and the reason in the body. */
export default {
  extends: ['@commitlint/config-conventional'],
  helpUrl: 'CONTRIBUTING.md; such as `feat(connections): revoke ends tokens on every node`',
  rules: {
    'header-max-length': [2, 'always', 110],
    'body-max-line-length': [2, 'always', 110],
    'subject-case': [0],
  },
};
