import { win32 } from 'node:path';

/**
 * The words that run npm, its arguments to follow. On Windows `npm` is a script that only a shell runs, so
 * there npm's own program is given to Node: that of the npm that has started this command, or the one
 * that Node brings along.
 */
export function npmCommand({ platform, env, execPath } = process) {
  if (platform !== 'win32') return ['npm'];
  const node = env.npm_node_execpath ?? execPath;
  const given = env.npm_execpath ?? '';
  const own = win32.join(win32.dirname(node), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  return [node, /npm-cli\.js$/.test(given) ? given : own];
}
