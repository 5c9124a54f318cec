import { type Answer, call, type HouseBody, type PortalUser } from '@flixcheck/test-harness';
import type { demoMails } from './demo-mails.js';
import type { TestApp } from './test-app.js';

export const INVITATIONS = '/user/v7/invitations';
export const NEW_COLLEAGUE = 'nora@musterhaus.example';

/** Somebody to invite, with what matters to the test. */
export const invited = (more: Record<string, unknown> = {}) => ({
  email: NEW_COLLEAGUE,
  role: 'member',
  locale: 'de',
  ...more,
});

export const invite = (admin: PortalUser, ...people: Record<string, unknown>[]) =>
  admin.call('POST', INVITATIONS, {
    resource: { invitations: people.length > 0 ? people : [invited()] },
  });

export const sendAgain = (admin: PortalUser, invitationId: string) =>
  admin.call('POST', `${INVITATIONS}/links`, { resource: { invitationId } });

/** What the invited person does, with the token of the latest mail to an address. */
export function invitedPerson(test: TestApp, mails: Awaited<ReturnType<typeof demoMails>>) {
  const token = async (email = NEW_COLLEAGUE): Promise<string> => {
    const { text } = await mails.next(email, /Einladung/);
    return /\/portal\/invitation#(\S+)/.exec(text)?.[1] ?? 'none';
  };
  const lookUp = (token: string): Promise<Answer<HouseBody>> =>
    call(test.url, 'POST', '/guest/v7/invitations/lookups', { resource: { token } });
  const accept = (
    token: string,
    more: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<HouseBody>> =>
    call(test.url, 'POST', '/guest/v7/invitations/acceptances', {
      headers,
      resource: {
        token,
        firstName: 'Nora',
        lastName: 'Neu',
        password: 'drei-blaue-elefanten',
        ...more,
      },
    });
  return { token, lookUp, accept };
}
