import { spawnSync } from 'node:child_process';

/** The engine of this machine with its compose, or undefined where there is none that works. */
export function findEngine() {
  const works = (...command) => spawnSync(command[0], command.slice(1)).status === 0;
  if (works('docker', 'info') && works('docker', 'compose', 'version')) {
    return { name: 'docker', compose: ['docker', 'compose'], build: ['build'] };
  }
  if (works('podman', 'info') && works('podman-compose', '--version')) {
    // What works without a user namespace of one's own, as in a container.
    const build = ['build', '--isolation', 'chroot', '--network', 'host', '--format', 'docker'];
    return { name: 'podman', compose: ['podman-compose'], build };
  }
  return undefined;
}
