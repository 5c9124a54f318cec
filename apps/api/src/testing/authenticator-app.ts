import type { PortalUser } from '@flixcheck/test-harness';
import { Secret, TOTP } from 'otpauth';
import { SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import type { TestApp } from './test-app.js';

const FACTOR = '/user/v7/users/me/second-factor';
const STEP = 30 * SECOND;

/** Sets an authenticator app up for a user, whose sessions end with that. */
export async function authenticatorApp(test: TestApp, user: PortalUser) {
  const begun = await user.call('POST', FACTOR, { resource: { currentPassword: DEMO_PASSWORD } });
  const totp = new TOTP({ secret: Secret.fromBase32(begun.body.resource.secret) });
  const code = () => totp.generate({ timestamp: test.clock.now().getTime() });
  const { status } = await user.call('POST', `${FACTOR}/confirmations`, {
    resource: { code: code() },
  });
  if (status !== 201) throw new Error(`the app was not accepted: ${status}`);
  return {
    code,
    /** One that has not been shown before. */
    next: () => {
      test.clock.advance(STEP);
      return code();
    },
  };
}
