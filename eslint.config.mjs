import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import * as jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

/**
 * The order of the API's modules (ARCHITECTURE.md): a module may use those to its right, through
 * their public service, never their tables.
 */
const moduleOrder = [
  'auth',
  'checks',
  'oauth-tokens',
  'oauth-codes',
  'connections',
  'oauth-clients',
  'users',
];
/** `checks` and `oauth-tokens` are neighbours of equal rank: neither knows the other. */
const alsoForbidden = { checks: ['oauth-tokens'] };

const apiModuleRules = moduleOrder.map((name, rank) => {
  const forbidden = [...moduleOrder.slice(0, rank), ...(alsoForbidden[name] ?? [])];
  const others = moduleOrder.filter((other) => other !== name);
  return {
    files: [`apps/api/src/${name}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...forbidden.map((other) => ({
              regex: `^(\\.\\./)+${other}/`,
              message: `${name} must not know ${other}: the modules' order is ${moduleOrder.join(' → ')}.`,
            })),
            {
              regex: `^(\\.\\./)+(${others.join('|')})/.*\\.(entity|controller)\\.js$`,
              message: 'Entities and controllers do not leave their module: use its service.',
            },
          ],
        },
      ],
    },
  };
});

export default [
  {
    ignores: [
      '**/dist/**',
      '**/.nx/**',
      '**/.angular/**',
      '**/node_modules/**',
      '**/test-results/**',
      'libs/api-types/src/generated.ts',
    ],
  },
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts'] })),
  ...tseslint.configs.stylistic.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.cjs'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          // The one file that every project's jest.config.cjs shares.
          allow: ['../../jest.preset.cjs'],
          depConstraints: [
            {
              sourceTag: 'scope:api',
              onlyDependOnLibsWithTags: [
                'scope:protocol',
                'scope:change-feed',
                'scope:password-strength',
                'scope:verifier',
              ],
            },
            { sourceTag: 'scope:portal', onlyDependOnLibsWithTags: ['scope:api-types'] },
            { sourceTag: 'scope:demo-client', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:protocol', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:api-types', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:change-feed', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:password-strength', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:verifier', onlyDependOnLibsWithTags: ['scope:change-feed'] },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    // What a library asks for when it is installed elsewhere is what its sources import.
    files: ['libs/*/package.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsonc },
    rules: {
      '@nx/dependency-checks': [
        'error',
        { ignoredFiles: ['{projectRoot}/jest.config.cjs', '{projectRoot}/**/*.spec.ts'] },
      ],
    },
  },
  ...apiModuleRules,
  {
    files: ['apps/api/src/background/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${moduleOrder.join('|')}|operations)/`,
              message: 'background knows no rule of the product: the owner declares its step.',
            },
          ],
        },
      ],
    },
  },
  ...angular.configs.tsRecommended.map((config) => ({ ...config, files: ['apps/portal/**/*.ts'] })),
  ...angular.configs.templateRecommended.map((config) => ({
    ...config,
    files: ['apps/portal/**/*.html'],
  })),
  ...angular.configs.templateAccessibility.map((config) => ({
    ...config,
    files: ['apps/portal/**/*.html'],
  })),
];
