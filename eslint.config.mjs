import { readdirSync } from 'node:fs';
import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import * as jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

/**
 * The order of all that is in apps/api/src (ARCHITECTURE.md): a folder or file knows those in the
 * rows below it, through their services, and never those above or beside it.
 */
const apiOrder = [
  ['testing'],
  ['main', 'cli', 'openapi'],
  ['workers'],
  ['create-app'],
  ['app.module'],
  ['people'],
  ['auth'],
  ['client-reports'],
  ['checks', 'oauth-tokens'],
  ['oauth-codes'],
  ['account-policy'],
  ['connections'],
  ['oauth-clients'],
  ['users'],
  ['mail'],
  ['operations'],
  ['background'],
  ['http'],
  ['database'],
  ['telemetry'],
  ['config'],
];
/** A test may start the whole program. */
const OPEN_TO_TESTS = ['testing', 'create-app', 'app.module'];

const API = 'apps/api/src';
const allPlaces = apiOrder.flat();
for (const entry of readdirSync(new URL(API, import.meta.url))) {
  // `app.module.metrics.spec.ts` tests `app.module.ts`.
  const name = entry.replace(/(\.[a-z-]+\.spec)?\.ts$/, '');
  if (!allPlaces.includes(name)) {
    throw new Error(`${API}/${entry} has no place in apiOrder, in eslint.config.mjs.`);
  }
}

function apiRules(name, others, forbidden, more = []) {
  const patterns = [
    ...more,
    {
      regex: `^(\\./|(\\.\\./)+)(${others.join('|')})/.*\\.(entity|controller)\\.js$`,
      message: 'Entities and controllers do not leave their module: use its service.',
    },
  ];
  if (forbidden.length > 0) {
    patterns.push({
      regex: `^(\\./|(\\.\\./)+)(${forbidden.join('|')})(/|\\.js$)`,
      message: `${name} knows only what stands below it in apiOrder, in eslint.config.mjs.`,
    });
  }
  return { 'no-restricted-imports': ['error', { patterns }] };
}

/** The program itself stands on nothing that tests stand on. */
const NO_TEST_HARNESS = {
  regex: '^@flixcheck/test-harness$',
  message: 'Only tests know the harness of the tests.',
};

const apiModuleRules = apiOrder.flatMap((row, index) =>
  row.flatMap((name) => {
    const escaped = (place) => place.replace('.', '\\.');
    const others = allPlaces.filter((place) => place !== name);
    const forbidden = others.filter((place) =>
      apiOrder
        .slice(0, index + 1)
        .flat()
        .includes(place),
    );
    const open = forbidden.filter((place) => !OPEN_TO_TESTS.includes(place));
    const at = [`${API}/${name}.ts`, `${API}/${name}/**/*.ts`];
    const tests = [`${API}/${name}.*.spec.ts`, `${API}/${name}/**/*.spec.ts`];
    return [
      {
        files: at,
        rules: apiRules(
          ...[name, others.map(escaped), forbidden.map(escaped)],
          name === 'testing' ? [] : [NO_TEST_HARNESS],
        ),
      },
      { files: tests, rules: apiRules(name, others.map(escaped), open.map(escaped)) },
    ];
  }),
);

export default [
  {
    ignores: [
      '**/dist/**',
      '**/.nx/**',
      '**/.angular/**',
      '**/node_modules/**',
      '**/test-results/**',
      'libs/{api-types,connect-client}/src/generated.ts',
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
          // What jest.config.cjs files share, and the lock that commands take before packages are
          // installed.
          allow: [
            ...['../../jest.preset.cjs', '../../jest.groups.cjs'],
            '../../libs/process-lock/src/index.js',
          ],
          depConstraints: [
            {
              sourceTag: 'scope:api',
              onlyDependOnLibsWithTags: [
                'scope:protocol',
                'scope:change-feed',
                'scope:password-strength',
                'scope:process-lock',
                'scope:verifier',
                'scope:test-harness',
              ],
            },
            {
              sourceTag: 'scope:portal',
              onlyDependOnLibsWithTags: ['scope:api-types', 'scope:protocol'],
            },
            { sourceTag: 'scope:docs', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:demo-client', onlyDependOnLibsWithTags: ['scope:connect-client'] },
            { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: ['scope:test-harness'] },
            { sourceTag: 'scope:test-harness', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:protocol', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:api-types', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:connect-client', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:change-feed', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:password-strength', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'scope:process-lock', onlyDependOnLibsWithTags: [] },
            {
              sourceTag: 'scope:verifier',
              onlyDependOnLibsWithTags: ['scope:change-feed', 'scope:protocol'],
            },
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
        {
          ignoredFiles: [
            '{projectRoot}/jest.config.cjs',
            '{projectRoot}/tools/**',
            '{projectRoot}/**/*.spec.ts',
          ],
        },
      ],
    },
  },
  ...apiModuleRules,
  ...angular.configs.tsRecommended.map((config) => ({ ...config, files: ['apps/portal/**/*.ts'] })),
  {
    files: ['apps/portal/src/**/*.ts'],
    ignores: ['apps/portal/src/app/ui/send-form.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: '@angular/forms/signals',
          importNames: ['submit'],
          message: 'A failed try would keep the next one from being sent: use ui/send-form.',
        },
      ],
    },
  },
  ...angular.configs.templateRecommended.map((config) => ({
    ...config,
    files: ['apps/portal/**/*.html'],
  })),
  ...angular.configs.templateAccessibility.map((config) => ({
    ...config,
    files: ['apps/portal/**/*.html'],
  })),
];
