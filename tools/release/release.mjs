import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { findEngine } from '../containers/engine.mjs';
import { Failure, inWords } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { npmCommand } from '../setup/npm.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress } from '../setup/progress.mjs';
import { buildableProjects } from '../setup/projects.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { withRelease } from './changelog.mjs';
import { pack } from './pack.mjs';

/** What others install; what these stand on is inside them. */
const PUBLISHED = ['access-token-verifier', 'connect-client'];

const USAGE = `npm run release -- [--dry-run]

The next version by the commits since the last tag: CHANGELOG.md, versions, commit and tag; into
dist/release the packages, the API document and the bill of materials; and the image, where there is
a container engine. With --dry-run nothing outside dist/release changes.
`;

/**
 * `npm run release`: everything about a release but its publication, which is one push and one
 * upload.
 */
export async function release(args) {
  if (args.includes('--help')) return void process.stdout.write(USAGE);
  const dryRun = args.includes('--dry-run');
  const signal = listenForInterrupt();
  const progress = new Progress();
  try {
    if (!dryRun && git('status', '--porcelain')) {
      throw new Failure('There are uncommitted changes: commit or stash them.');
    }
    await prepare(Object.keys(buildableProjects()), { signal, progress });
    const isFirst = !git('tag', '--list', 'v*');
    const version = await nextVersion({ dryRun, isFirst });
    progress.line(`\n${dryRun ? 'Would release' : 'Releasing'} ${version}\n`);
    const folder = inWorkspace('dist', 'release');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    if (!dryRun) writeVersion(version);

    for (const library of PUBLISHED) {
      progress.line(`package   dist/release/${pack(library, folder)}`);
    }
    copyFileSync(inWorkspace('apps', 'api', 'openapi.json'), `${folder}/openapi-${version}.json`);
    progress.line(`document  dist/release/openapi-${version}.json`);
    writeFileSync(
      `${folder}/sbom-${version}.cdx.json`,
      npm('sbom', '--sbom-format=cyclonedx', '--omit=dev'),
    );
    progress.line(`bill      dist/release/sbom-${version}.cdx.json`);
    buildImage(version, { dryRun, progress });
    if (!dryRun) {
      git('add', '--all');
      git('commit', '--message', `chore(release): ${version}`);
      git('tag', '--annotate', `v${version}`, '--message', `v${version}`);
    }
    progress.line(`tag       v${version}${dryRun ? ' (not made)' : ''}`);
    if (!dryRun)
      progress.line('\nPublish it: git push --follow-tags, then the files and the image.');
  } catch (error) {
    progress.line(progress.red(inWords(error)));
    process.exitCode = 1;
  }
  process.exit();
}

async function nextVersion({ dryRun, isFirst }) {
  process.env.NX_DAEMON = 'false';
  const nx = createRequire(import.meta.url)('nx/release');
  const shared = { dryRun, firstRelease: isFirst, gitCommit: false, stageChanges: false };
  const current = JSON.parse(readFileSync(inWorkspace('package.json'), 'utf8')).version;
  const made = await nx.releaseVersion({ ...shared, ...(isFirst && { specifier: current }) });
  const version = made.workspaceVersion ?? current;
  const changelog = inWorkspace('CHANGELOG.md');
  const before = readFileSync(changelog, 'utf8');
  const { workspaceChangelog } = await nx.releaseChangelog({
    ...shared,
    ...{ version, versionData: made.projectsVersionData, releaseGraph: made.releaseGraph },
    gitTag: false,
  });
  const [date] = new Date().toISOString().split('T');
  const commits = workspaceChangelog?.contents ?? '';
  if (!dryRun) writeFileSync(changelog, withRelease(before, { version, date, commits }));
  return version;
}

function writeVersion(version) {
  const file = inWorkspace('package.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
  npm('install', '--package-lock-only', '--ignore-scripts');
}

function buildImage(version, { dryRun, progress }) {
  const engine = findEngine();
  if (!engine || dryRun) {
    const why = engine ? 'not built' : 'there is no container engine';
    progress.line(`image     flixcheck-connect:${version} (${why})`);
    return;
  }
  const tags = [`--tag=flixcheck-connect:${version}`, '--tag=flixcheck-connect:latest'];
  call(engine.name, [...engine.build, ...tags, '.']);
  progress.line(`image     flixcheck-connect:${version}`);
}

const git = (...args) => call('git', args);
const npm = (...args) => {
  const [file, ...before] = npmCommand();
  return call(file, [...before, ...args]);
};

function call(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  if (status !== 0) throw new Failure(`${command} ${args.join(' ')}\n${stderr}`);
  return stdout.trim();
}
