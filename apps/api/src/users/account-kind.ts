/** `personal`: of one developer of clients who was invited without a company. */
export const ACCOUNT_KINDS = ['company', 'personal'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
