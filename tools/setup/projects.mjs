import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWorkspace } from './workspace.mjs';

const PARENTS = ['apps', 'libs', 'tools'];

/** Every Nx project by its name, read without Nx, which would take longer than a start may. */
export function readProjects() {
  const folders = ['bench', 'tools', ...PARENTS.flatMap(foldersIn)];
  const projects = new Map();
  for (const folder of folders) {
    const { name, targets } = readProject(folder) ?? {};
    if (name) projects.set(name, { name, folder, targets });
  }
  return projects;
}

/** Everything that can be built: the folder by the name of the project. */
export function buildableProjects() {
  const buildable = [...readProjects().values()].filter(({ targets }) => targets.build);
  return Object.fromEntries(buildable.map(({ name, folder }) => [name, folder]));
}

function readProject(folder) {
  try {
    return JSON.parse(readFileSync(inWorkspace(folder, 'project.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function foldersIn(parent) {
  const entries = readdirSync(inWorkspace(parent), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
}
