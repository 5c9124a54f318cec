import { spawnSync } from 'node:child_process';

/** This machine's container engine with its compose command, or undefined if none works. */
export function findEngine() {
  const works = (...command) => spawnSync(command[0], command.slice(1)).status === 0;
  if (works('docker', 'info') && works('docker', 'compose', 'version')) {
    return { name: 'docker', compose: ['docker', 'compose'], build: ['build'] };
  }
  if (works('podman', 'info') && works('podman-compose', '--version')) {
    // This works without a user namespace, as inside a container.
    const build = ['build', '--isolation', 'chroot', '--network', 'host', '--format', 'docker'];
    return { name: 'podman', compose: ['podman-compose'], build };
  }
  return undefined;
}
