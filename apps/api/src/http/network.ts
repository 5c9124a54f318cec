import { isIPv6 } from 'node:net';

/**
 * The network that an address belongs to, for limits: an IPv4 address itself, and the /64 of an
 * IPv6 address, because a single customer has all of it.
 */
export function networkOf(ip: string): string {
  const address = ip.split('%', 1)[0] ?? ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0);
    groups.push(...Array<string>(8 - groups.length - rest).fill('0'));
    if (tail !== '') groups.push(...tail.split(':'));
  }
  const prefix = groups.slice(0, 4).map((group) => parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
