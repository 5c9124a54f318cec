import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskFull, Failure } from './failure.mjs';
import { projectEnvironment } from './project-node.mjs';
import { buildableProjects } from './projects.mjs';
import { run } from './run.mjs';
import { inWorkspace, root } from './workspace.mjs';

const stampsFile = inWorkspace('.nx', 'built.json');
const SHARED_SOURCES = ['nx.json', 'package-lock.json', 'tsconfig.base.json'];
const NOT_SOURCES = new Set(['dist', 'node_modules', '.angular', 'test-results', 'coverage']);

/**
 * The projects whose sources or outputs are not those of the last build. Nx would find out as well,
 * but take longer than the whole start may.
 */
export function outdatedProjects(names) {
  const stamps = readJson(stampsFile) ?? {};
  const projects = buildableProjects();
  return names.filter((name) => stamps[name] !== stampOf(projects[name]));
}

export async function build(names, { node, signal, progress }) {
  await progress.step(`Building ${names.join(', ')}`, async (detail) => {
    const { code, output } = await run(
      node,
      [
        inWorkspace('node_modules', 'nx', 'dist', 'bin', 'nx.js'),
        ...['run-many', '--targets=build', `--projects=${names.join(',')}`],
        '--outputStyle=stream-without-prefixes',
      ],
      {
        cwd: root,
        signal,
        env: nxEnvironment(node),
        onOutput: (chunk) => {
          const task = /nx run ([\w:-]+)/.exec(chunk);
          if (task) detail(task[1].replace(':', ' '));
        },
      },
    );
    if (code !== 0) throw buildFailure(output);
  });
  const projects = buildableProjects();
  const stamps = readJson(stampsFile) ?? {};
  for (const name of names) stamps[name] = stampOf(projects[name]);
  mkdirSync(dirname(stampsFile), { recursive: true });
  writeFileSync(stampsFile, JSON.stringify(stamps));
}

/** Nx without its background process, which would outlive the command, and without its screen. */
export function nxEnvironment(node) {
  return projectEnvironment(node, {
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_NO_CLOUD: 'true',
    NODE_ENV: 'production',
    NG_CLI_ANALYTICS: 'false',
    FORCE_COLOR: '0',
  });
}

function buildFailure(output) {
  if (/ENOSPC|no space left on device/i.test(output)) return new Failure(diskFull);
  return new Failure(`${output.trim()}\n\nThe build failed: fix what it says above.`);
}

/** Changes with the sources of the project and of the libraries that it uses, and with their outputs. */
function stampOf(project) {
  const hash = createHash('sha256');
  for (const path of SHARED_SOURCES) hash.update(readFileSync(inWorkspace(path)));
  for (const path of sourcesElsewhere(project)) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(inWorkspace(path)))
      .update('\0');
  }
  const folders = new Set([project]);
  // The set grows while it is walked: libraries may use libraries.
  for (const folder of folders) {
    for (const path of filesIn(folder, (name) => !NOT_SOURCES.has(name))) {
      if (/\.(spec\.ts|md)$/.test(path)) continue;
      const source = readFileSync(inWorkspace(path));
      hash.update(`${path}\0`).update(source).update('\0');
      for (const [, name] of source.toString('latin1').matchAll(/['"]@flixcheck\/([\w-]+)['"]/g)) {
        folders.add(join('libs', name));
      }
    }
    for (const path of filesIn(join(folder, 'dist'))) {
      const { size, mtimeMs } = statSync(inWorkspace(path));
      hash.update(`${path}\0${size}\0${mtimeMs}\0`);
    }
  }
  return hash.digest('hex');
}

/** The files elsewhere that a project reads without importing them. */
function sourcesElsewhere(project) {
  const { namedInputs = {} } = JSON.parse(readFileSync(inWorkspace(project, 'project.json')));
  return (namedInputs.content ?? [])
    .flatMap((input) => /^\{workspaceRoot\}\/([^*]*[^*/])/.exec(input)?.[1] ?? [])
    .flatMap((path) => filesIn(path));
}

function filesIn(path, isWanted = () => true) {
  const stats = statSync(inWorkspace(path), { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats ? [path] : [];
  return readdirSync(inWorkspace(path))
    .filter(isWanted)
    .sort()
    .flatMap((name) => filesIn(join(path, name), isWanted));
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
