import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, sep } from 'node:path';
import { Failure } from '../setup/failure.mjs';
import { npmCommand } from '../setup/npm.mjs';
import { inWorkspace } from '../setup/workspace.mjs';

const OURS = '@flixcheck/';
/** Where in a package the libraries lie that it stands on. */
const INSIDE = 'dist/libs';

/**
 * Packs a built library into one file that needs nothing else of this repository: the libraries that it
 * stands on are inside, so that nobody asks a registry for a name that is not there, or not ours.
 * @returns the file's name
 */
export function pack(library, folder) {
  const staging = mkdtempSync(join(tmpdir(), 'package-'));
  try {
    const manifest = manifestOf(library);
    const inside = librariesUnder(manifest);
    const from = inWorkspace('libs', library);
    for (const file of manifest.files)
      cpSync(join(from, file), join(staging, file), { recursive: true });
    for (const each of inside) {
      cpSync(inWorkspace('libs', each, 'dist'), join(staging, INSIDE, each), { recursive: true });
    }
    cpSync(inWorkspace('LICENSE'), join(staging, 'LICENSE'));
    for (const file of globSync('dist/**/*.{js,d.ts}', { cwd: staging })) {
      const path = join(staging, file);
      writeFileSync(path, pointedInside(readFileSync(path, 'utf8'), file));
    }
    const published = JSON.stringify(publishedManifest(manifest, inside), null, 2);
    writeFileSync(join(staging, 'package.json'), `${published}\n`);
    return packed(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

const manifestOf = (library) =>
  JSON.parse(readFileSync(inWorkspace('libs', library, 'package.json'), 'utf8'));

function librariesUnder({ dependencies = {} }, found = new Set()) {
  for (const name of Object.keys(dependencies).filter(isOurs)) {
    const library = name.slice(OURS.length);
    if (found.has(library)) continue;
    found.add(library);
    librariesUnder(manifestOf(library), found);
  }
  return [...found];
}

const isOurs = (name) => name.startsWith(OURS);

/** The same file, with what it takes of our libraries taken from inside the package. */
function pointedInside(text, file) {
  const here = dirname(file).split(sep).join('/');
  return text.replace(
    /(["'])@flixcheck\/([\w-]+)(\/[\w-]+)?\1/g,
    (_, quote, library, path = '') => {
      const entry = manifestOf(library).exports[`.${path}`].default;
      const target = posix.join(INSIDE, library, posix.relative('dist', posix.normalize(entry)));
      const to = posix.relative(here, target);
      return `${quote}${to.startsWith('.') ? to : `./${to}`}${quote}`;
    },
  );
}

function publishedManifest(manifest, inside) {
  const { private: _private, exports, dependencies, ...rest } = manifest;
  const all = [...inside.map(manifestOf).map((each) => each.dependencies), dependencies];
  const needed = Object.entries(Object.assign({}, ...all))
    .filter(([name]) => !isOurs(name))
    // One exact version here; there, one with the mends that whoever installs it takes.
    .map(([name, version]) => [name, `^${version}`]);
  // Our own builds alone have the sources.
  const entries = Object.entries(exports).map(([path, { source: _source, ...built }]) => [
    path,
    built,
  ]);
  return {
    ...rest,
    license: 'SEE LICENSE IN LICENSE',
    publishConfig: { access: 'restricted' },
    exports: Object.fromEntries([...entries, ['./package.json', './package.json']]),
    dependencies: Object.fromEntries(needed.sort()),
  };
}

function packed(staging, folder) {
  const [npm, ...before] = npmCommand();
  const args = [...before, 'pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`];
  const { status, stdout, stderr } = spawnSync(npm, args, { cwd: staging, encoding: 'utf8' });
  if (status !== 0) throw new Failure(`npm pack\n${stderr}`);
  return JSON.parse(stdout)[0].filename;
}
