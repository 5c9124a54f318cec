import type { MailKind } from './mail-kinds.js';

/** What users may do without. The others tell of what endangers the account, or were asked for. */
export const OPTIONAL_KINDS = [
  'new-device',
  'connection-made',
  'connection-widened',
  'connection-ended',
  'connection-ends',
  'approval-decided',
  'approval-requested',
  'client-change-decided',
  'client-change-requested',
] as const satisfies readonly MailKind[];

export const isOptional = (kind: MailKind): boolean =>
  (OPTIONAL_KINDS as readonly MailKind[]).includes(kind);

export type OptionalKind = (typeof OPTIONAL_KINDS)[number];
