import type { PortalUser } from './portal-user.js';

const REGISTRY = '/admin/v7/oauth-clients';

/** Changes what the registry says of the demo application. */
export async function changeCrm(operator: PortalUser, resource: object): Promise<void> {
  const { body } = await operator.call('GET', REGISTRY);
  const { id } = body.resources.find(({ clientId }) => clientId === 'maklerwelt-crm');
  const answer = await operator.call('PATCH', `${REGISTRY}/${id}`, { resource });
  if (answer.status !== 200) throw new Error(`not changed: ${JSON.stringify(answer.body)}`);
}
