/**
 * Whether an address leads to a program on the reader's own device (RFC 8252 §7.3): an IP address
 * and a port tell nobody where they are being sent.
 */
export function isOnThisDevice(address: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|\[::1\])(?=[:/?]|$)/.test(address);
}
