/**
 * Writes src/limits.ts: the numbers of the API's rules that the portal tells people about or checks
 * before it asks. They come from the OpenAPI document: from the schemas, and from the `x-limits` of
 * routes. With `--check` it only reports whether the file matches the document.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const target = new URL('../src/limits.ts', import.meta.url);
const { components, paths } = JSON.parse(
  readFileSync(new URL('../../../apps/api/openapi.json', import.meta.url), 'utf8'),
);

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const schema = (dto, property) => components.schemas[dto].properties[property];
const limits = (method, path) => paths[path][method]['x-limits'];

const clientIdLength = /\{(\d+),(\d+)\}/.exec(schema('OAuthClientCreateInput', 'clientId').pattern);
const query = (path, name) => paths[path].get.parameters.find((each) => each.name === name).schema;
const diagnosis = limits('get', '/admin/v7/oauth-clients/{id}/diagnosis');
const logo = limits('put', '/admin/v7/oauth-clients/{id}/logo');

/** Lengths in characters. */
const constants = {
  MIN_PASSWORD_LENGTH: schema('PasswordInput', 'newPassword').minLength,
  MAX_PASSWORD_LENGTH: schema('PasswordInput', 'newPassword').maxLength,
  MAX_PERSON_NAME_LENGTH: schema('ProfileInput', 'firstName').maxLength,
  MAX_COMPANY_NAME_LENGTH: schema('CompanyInput', 'name').maxLength,
  MAX_CODE_LENGTH: schema('CodeInput', 'code').maxLength,
  MAX_PASSKEY_NAME_LENGTH: schema('AddPasskeyInput', 'name').maxLength,
  MAX_INVITED: schema('InvitationsInput', 'invitations').maxItems,
  MAX_ADVANCE_USERS: schema('DecisionInput', 'advanceUserIds').maxItems,
  MAX_APPROVAL_NOTE_LENGTH: schema('ApprovalRequestInput', 'note').maxLength,
  MAX_APPROVAL_ANSWER_LENGTH: schema('ApprovalAnswerInput', 'answer').maxLength,
  MAX_CLIENT_NAME_LENGTH: schema('OAuthClientCreateInput', 'name').maxLength,
  MAX_PUBLISHER_LENGTH: schema('OAuthClientCreateInput', 'publisher').maxLength,
  MAX_DESCRIPTION_LENGTH: schema('OAuthClientCreateInput', 'description').maxLength,
  MIN_CLIENT_ID_LENGTH: Number(clientIdLength[1]),
  MAX_CLIENT_ID_LENGTH: Number(clientIdLength[2]),
  MAX_REDIRECT_URIS: schema('OAuthClientCreateInput', 'redirectUris').maxItems,
  MAX_AUDIT_ACTIONS: query('/user/v7/audit-records', 'action').maxItems,
  MAX_COMPANIES: schema('OAuthClientCreateInput', 'accountIds').maxItems,
  MAX_SECRET_NAME_LENGTH: schema('ClientSecretRotateInput', 'name').maxLength,
  MAX_CHANGE_NOTE_LENGTH: schema('ClientChangeInput', 'note').maxLength,
  MAX_CHANGE_ANSWER_LENGTH: schema('ChangeRequestAnswerInput', 'answer').maxLength,
  MAX_DEVELOPERS: limits('post', '/admin/v7/oauth-clients/{id}/developers').developers,
  MAX_LOGO_BYTES: logo.bytes,
  MAX_LOGO_SIDE: logo.side,
  PROOF_MINUTES: limits('post', '/user/v7/sessions/current/proofs').proofSeconds / MINUTE,
  RECOVERY_LINK_MINUTES: limits('post', '/guest/v7/password-recoveries').linkSeconds / MINUTE,
  EMAIL_CHANGE_LINK_MINUTES: limits('post', '/user/v7/users/me/email-changes').linkSeconds / MINUTE,
  INVITATION_LINK_DAYS: limits('post', '/user/v7/invitations').linkSeconds / DAY,
  DISAVOWAL_LINK_DAYS: limits('post', '/guest/v7/sessions/disavowals').linkSeconds / DAY,
  DORMANT_AFTER_DAYS: limits('get', '/user/v7/connections').dormantAfterSeconds / DAY,
  REMIND_DAYS: limits('get', '/user/v7/connections').remindSeconds / DAY,
  CODE_SECONDS: limits('post', '/user/v7/oauth-codes').codeSeconds,
  ACCESS_TOKEN_MINUTES: limits('post', '/guest/v7/oauth-tokens').accessTokenSeconds / MINUTE,
  DUPLICATE_SECONDS: limits('post', '/guest/v7/oauth-tokens').duplicateSeconds,
  REUSE_DAYS: diagnosis.reuseSeconds / DAY,
  EARLY_REFRESH_MINUTES: diagnosis.earlyRefreshSeconds / MINUTE,
  USAGE_DAYS: limits('get', '/user/v7/connections/{id}').usageSeconds / DAY,
};

const missing = Object.entries(constants).filter(([, value]) => !Number.isInteger(value));
if (missing.length > 0) throw new Error(`no whole number for ${missing.map(([name]) => name)}`);

const text = [
  '// Generated from apps/api/openapi.json by tools/generate-limits.mjs: `npm run openapi`.',
  '// Lengths are in characters.',
  ...Object.entries(constants).map(([name, value]) => `export const ${name} = ${value};`),
  '',
].join('\n');

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error(
    'libs/api-types/src/limits.ts does not match apps/api/openapi.json: npm run openapi',
  );
  process.exitCode = 1;
}
