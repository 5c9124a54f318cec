import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { inWorkspace, root } from '../setup/workspace.mjs';

const { configurations } = JSON.parse(readFileSync(inWorkspace('.vscode', 'launch.json'), 'utf8'));

/** What VS Code starts for a file that is open, without the database and the debugger. */
function commandFor(name, file) {
  const { program, args } = configurations.find((one) => one.name === name);
  return [program, ...args]
    .map((word) =>
      word
        .replace('${workspaceFolder}', root)
        .replace('${fileDirname}', dirname(file))
        .replace('${file}', file),
    )
    .slice(args.includes('node') ? args.indexOf('node') + 2 : 0)
    .filter((word) => word !== '--inspect-brk');
}

async function configurationOf(name, path) {
  const command = [...commandFor(name, inWorkspace(path)), '--showConfig'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root });
  return JSON.parse(stdout).configs.map(({ rootDir }) => rootDir);
}

describe('VS Code runs the spec file that is open as its suite does:', () => {
  for (const [name, path, project] of [
    ['This spec file of the API or a library', 'apps/api/src/config/config.spec.ts', 'apps/api'],
    [
      'This spec file of the API or a library',
      'libs/oauth-protocol/src/scopes.spec.ts',
      'libs/oauth-protocol',
    ],
    [
      'This spec file of the portal',
      'apps/portal/src/app/registry/client-form.spec.ts',
      'apps/portal',
    ],
  ]) {
    it(project, async () => {
      assert.deepEqual(await configurationOf(name, path), [inWorkspace(project)]);
    });
  }
});

it('VS Code has the same extensions in a container as beside it', () => {
  const container = readFileSync(inWorkspace('.devcontainer', 'devcontainer.json'), 'utf8');
  const { customizations } = JSON.parse(container.replace(/^ *\/\/.*$/gm, ''));
  const beside = JSON.parse(readFileSync(inWorkspace('.vscode', 'extensions.json'), 'utf8'));
  assert.deepEqual(customizations.vscode.extensions, beside.recommendations);
});
