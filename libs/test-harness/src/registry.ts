import type { PortalUser } from './portal-user.js';
import { ThirdParty } from './third-party.js';

export interface RegisteredClient {
  id: string;
  clientId: string;
  name: string;
  description: string;
  descriptionEn: string;
  publisher: string;
  publisherVerified: boolean;
  kind: 'confidential' | 'public';
  redirectUris: string[];
  scopes: string[];
  requirePkce: boolean;
  status: 'active' | 'disabled';
  logoUri: string | null;
  homepageUri: string | null;
  privacyPolicyUri: string | null;
  startUri: string | null;
  secrets: { id: string; lastFour: string; createdAt: string; expiresAt: string | null }[];
  createdAt: string;
  updatedAt: string;
  secret?: { id: string; value: string; lastFour: string; createdAt: string };
}

export const REGISTRY = '/admin/v7/oauth-clients';

/** What a registration needs at least, and no PKCE, so that tests of other rules stay short. */
export const NEW_CLIENT = {
  name: 'Testanwendung',
  publisher: 'Testhaus GmbH',
  kind: 'confidential',
  redirectUris: ['https://testhaus.example/callback'],
  scopes: ['read', 'readwrite'],
  requirePkce: false,
} as const;

/** Registers an application and makes its server. */
export async function register(
  operator: PortalUser,
  changes: Partial<Omit<RegisteredClient, 'id'>> = {},
): Promise<ThirdParty & { client: RegisteredClient }> {
  const answer = await operator.send<{ resource: RegisteredClient }>(REGISTRY, {
    json: { resource: { ...NEW_CLIENT, ...changes } },
  });
  if (answer.status !== 201) throw new Error(`not registered: ${answer.text}`);
  const client = answer.body.resource;
  const thirdParty = new ThirdParty(operator.url, {
    clientId: client.clientId,
    ...(client.secret && { clientSecret: client.secret.value }),
    redirectUri: client.redirectUris[0] ?? '',
    pkce: client.requirePkce,
  });
  return Object.assign(thirdParty, { client });
}

/** Changes what the registry says of the demo application. */
export async function changeCrm(operator: PortalUser, resource: object): Promise<void> {
  const { body } = await operator.call('GET', REGISTRY);
  const { id } = body.resources.find(({ clientId }) => clientId === 'maklerwelt-crm');
  const answer = await operator.call('PATCH', `${REGISTRY}/${id}`, { resource });
  if (answer.status !== 200) throw new Error(`not changed: ${answer.text}`);
}
