import { isUUID } from 'class-validator';
import { ApiError } from '../http/api-error.js';
import type { ClientRegistry, RegistryClient } from '../oauth-clients/registry.service.js';

/** How a command may name a client. */
export const CLIENT = 'the clientId, or the id of the registry';

/** A generated clientId looks like an id, so the public name is tried first. */
export async function findClient(registry: ClientRegistry, name: string): Promise<RegistryClient> {
  try {
    return await registry.getByClientId(name);
  } catch (error) {
    const mayBeId = error instanceof ApiError && error.code === 'not_found' && isUUID(name);
    if (!mayBeId) throw error;
    return registry.get(name);
  }
}
