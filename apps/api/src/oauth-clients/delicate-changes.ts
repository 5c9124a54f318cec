import { isDeepStrictEqual } from 'node:util';
import type { OAuthClientEntity } from './oauth-client.entity.js';
import type { ClientPatch } from './registry.service.js';

/**
 * Whether a change says where codes are sent, or ends the connections of many: what somebody who
 * finds an operator's browser open must not do.
 */
export function isDelicate(before: OAuthClientEntity, patch: ClientPatch): boolean {
  const changes = (field: 'redirectUris' | 'accountIds' | 'status') =>
    patch[field] !== undefined && !isDeepStrictEqual(patch[field], before[field]);
  return (
    changes('redirectUris') ||
    (changes('accountIds') && patch.accountIds !== null) ||
    (changes('status') && patch.status === 'disabled')
  );
}
