import type { Dto } from '@flixcheck/api-types';

/** The portal's names for the API's JSON, whose shapes are generated from its OpenAPI document. */
export interface Envelope<T> {
  resource: T;
}

export interface ListEnvelope<T> {
  resources: T[];
  meta: { nextCursor?: string };
}

export interface CountedEnvelope<T> {
  resources: T[];
  meta: { total: number; nextCursor?: string };
}

export type Session = Dto<'CurrentSessionDto'>;
export type SessionUser = Session['user'];
export type FactorRequirement = Dto<'FactorRequirementDto'>;
export type Language = SessionUser['locale'];
export type Role = SessionUser['role'];
export type Disavowed = Dto<'DisavowedDto'>;
export type Device = Dto<'SessionDto'>;
export type NoticeChoices = Dto<'NoticeChoicesDto'>;

export type OptionalNotice = NoticeChoices['notices'][number]['kind'];

export type FactorReset = Dto<'FactorResetDto'>;

export type SecondFactor = Dto<'SecondFactorDto'>;
export type Passkey = Dto<'PasskeyDto'>;
export type SecondFactorSecret = Dto<'SecondFactorSecretDto'>;
export type RecoveryCodes = Dto<'RecoveryCodesDto'>;
export type Me = Dto<'MeDto'>;
export type PasswordJudgement = Dto<'PasswordJudgementDto'>;
export type TeamUser = Dto<'AccountUserDto'>;
export type Invitation = Dto<'InvitationDto'>;
export type InvitedInput = Dto<'InvitedInput'>;
export type OpenEmailChange = Dto<'OpenEmailChangeDto'>;
export type OpenInvitation = Dto<'OpenInvitationDto'>;
export type AcceptanceInput = Dto<'AcceptanceInput'>;
export type UserChanges = Dto<'UserChangesInput'>;
export type UserStatus = TeamUser['status'];
export type RegistryClient = Dto<'RegistryClientDto'>;
export type CreatedClient = Dto<'CreatedClientDto'>;
export type ClientInput = Dto<'OAuthClientCreateInput'>;
export type ClientChanges = Dto<'OAuthClientUpdateInput'>;
export type ClientSecret = Dto<'ClientSecretDto'>;
export type NewClientSecret = Dto<'NewClientSecretDto'>;
export type OAuthRequest = Dto<'OAuthRequestDto'>;
export type ClientStatistics = Dto<'ClientStatisticsDto'>;
export type ClientDiagnosis = Dto<'ClientDiagnosisDto'>;
export type Finding = ClientDiagnosis['findings'][number];
export type ClientDay = ClientStatistics['days'][number];
export type ClientDeveloper = Dto<'ClientDeveloperDto'>;
export type DeveloperInvitation = Dto<'DeveloperInvitationDto'>;
export type DeveloperClientDetail = Dto<'DeveloperClientDetailDto'>;
export type DeveloperClient = Dto<'DeveloperClientDto'>;
export type ChangeRequest = Dto<'ChangeRequestDto'>;
export type DeveloperChangeRequest = Dto<'DeveloperChangeRequestDto'>;
export type Company = Dto<'AccountDto'>;
export type CompanyDetails = Dto<'CompanyDto'>;
export type ClientConnections = Dto<'ClientConnectionsDto'>;
export type ErasureEffect = Dto<'ErasureEffectDto'>;
export type OAuthScopes = Dto<'OAuthScopesDto'>;
export type PublicClient = Dto<'ClientCardDto'>;
export type AuthorizationRequest = Dto<'AuthorizationRequestDto'>;
export type OAuthScope = Dto<'OAuthScopeDto'>;
export type ExistingConnection = Dto<'ExistingConnectionDto'>;
export type CodeInput = Dto<'OAuthCodeInput'>;
export type IssuedCode = Dto<'OAuthCodeDto'>;
export type AvailableClient = Dto<'AvailableClientDto'>;
export type UsedClient = Dto<'UsedClientDto'>;
export type Connection = Dto<'ConnectionDto'>;
export type ConnectionDetail = Dto<'ConnectionDetailDto'>;
export type ConnectionEvent = Dto<'ConnectionEventDto'>;
export type DailyUsage = Dto<'UsageDto'>;
export type EndedConnections = Dto<'EndedConnectionsDto'>;
export type EndedSessions = Dto<'EndedSessionsDto'>;
export type EndingEffect = Dto<'EndingEffectDto'>;
export type AuditRecord = Dto<'AuditRecordDto'>;
export type MailOrigin = Dto<'MailOriginDto'>;
export type DemoMail = Dto<'DemoMailDto'>;
export type AccountPolicy = Dto<'AccountPolicyDto'>;
export type Policy = AccountPolicy['allows'];
export type ChangedPolicy = Dto<'ChangedPolicyDto'>;
export type PolicyEffect = Dto<'PolicyEffectDto'>;
export type PolicyClient = Dto<'PolicyClientDto'>;
export type DecidedClient = Dto<'DecidedClientDto'>;
export type ApprovalRequest = Dto<'ApprovalRequestDto'>;
