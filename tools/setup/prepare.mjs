import { existsSync } from 'node:fs';
import { build, outdatedProjects } from './build.mjs';
import { withLock } from './folder-lock.mjs';
import { install, isInstalled } from './install.mjs';
import { projectNode } from './project-node.mjs';
import { inWorkspace } from './workspace.mjs';

/**
 * Installs what is missing and builds what has changed, which is usually nothing. Returns the Node
 * to run it on. A production image holds what was built and its Node, and nothing to build.
 */
export async function prepare(projects, { signal, progress }) {
  if (!existsSync(inWorkspace('nx.json'))) return process.execPath;
  if (isInstalled() && outdatedProjects(projects).length === 0) return projectNode();
  const onWait = (pid) => {
    progress.line(
      `… Another command (process ${pid}) is installing or building here: waiting for it`,
    );
  };
  return withLock(inWorkspace('.nx', 'prepare.lock'), { signal, onWait }, async () => {
    if (!isInstalled()) await install({ signal, progress });
    const node = projectNode();
    const outdated = outdatedProjects(projects);
    if (outdated.length > 0) await build(outdated, { node, signal, progress });
    return node;
  });
}
