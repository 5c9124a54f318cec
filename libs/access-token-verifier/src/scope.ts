import { isScope, scopeAllows as tableAllows, splitScope } from '@flixcheck/oauth-protocol';

/**
 * Whether a granted scope string allows `needed`, itself or through a scope that includes it. One
 * that came after this version of the package allows itself.
 */
export function scopeAllows(granted: string, needed: string): boolean {
  return isScope(needed) ? tableAllows(granted, needed) : splitScope(granted).includes(needed);
}
