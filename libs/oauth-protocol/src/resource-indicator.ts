/**
 * Whether every `resource` asked for is this server's (RFC 8707 §2): the public origin, or a path
 * below it, absolute and without a fragment.
 *
 * @param resources one URI, or several separated by spaces
 * @param publicUrl the server's origin without a trailing slash
 */
export function isOwnResource(resources: string, publicUrl: string): boolean {
  return resources.split(' ').every((resource) => {
    if (resource.includes('#')) return false;
    return resource === publicUrl || resource.startsWith(`${publicUrl}/`);
  });
}
