import type { RuntimeConfig } from '../config/config.module.js';

/** A cookie that no script reads, that no other site sends, and that goes to this host alone. */
export interface HostCookie {
  name: string;
  attributes: { httpOnly: true; sameSite: 'lax'; path: '/'; secure: boolean };
}

/** `__Host-` keeps other hosts from setting it (RFC 6265bis §4.1.3.2); it needs https. */
export function hostCookie(name: string, config: Pick<RuntimeConfig, 'publicUrl'>): HostCookie {
  const secure = config.publicUrl.startsWith('https:');
  return {
    name: secure ? `__Host-${name}` : name,
    attributes: { httpOnly: true, sameSite: 'lax', path: '/', secure },
  };
}
