import { Module } from '@nestjs/common';
import { AccountPolicyModule } from '../account-policy/account-policy.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { ChecksModule } from '../checks/checks.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { MailModule } from '../mail/mail.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { OAuthCodesModule } from '../oauth-codes/oauth-codes.module.js';
import { OAuthTokensModule } from '../oauth-tokens/oauth-tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountUsersController } from './account-users.controller.js';
import { AuditTrailController } from './audit-trail.controller.js';
import { AuditTrail } from './audit-trail.service.js';
import { Companies } from './companies.js';
import { CompaniesController } from './companies.controller.js';
import { Disavowal } from './disavowal.js';
import { DisavowalController } from './disavowal.controller.js';
import { EmailChanges } from './email-changes.js';
import { EmailChangesController } from './email-changes.controller.js';
import { CompaniesRetention } from './companies-retention.js';
import { emailChangesRetention } from './email-changes-retention.js';
import { ErasureController } from './erasure.controller.js';
import { ErasureEffects } from './erasure-effect.js';
import { FactorResetsController } from './factor-resets.controller.js';
import { IdentityProof } from './identity-proof.js';
import { IdentityProofController } from './identity-proof.controller.js';
import { InvitationAcceptance } from './invitation-acceptance.js';
import { InvitationAcceptanceController } from './invitation-acceptance.controller.js';
import { Invitations } from './invitations.js';
import { InvitationsController } from './invitations.controller.js';
import { invitationsRetention } from './invitations-retention.js';
import { JudgementLimit } from './judgement-limit.js';
import { MeController } from './me.controller.js';
import { MeService } from './me.service.js';
import { NoticesController } from './notices.controller.js';
import { OwnPasskeys } from './own-passkeys.js';
import { OwnSecondFactor } from './own-second-factor.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasswordRecovery } from './password-recovery.js';
import { PasswordRecoveryController } from './password-recovery.controller.js';
import { PasswordRecoveryLimits } from './password-recovery-limits.js';
import { passwordRecoveryRetention } from './password-recovery-retention.js';
import { PasswordsService } from './passwords.service.js';
import { PersonalDataController } from './personal-data.controller.js';
import { PersonalDataExport } from './personal-data-export.js';
import { PersonalDataLimit } from './personal-data-limit.js';
import { ProfileController } from './profile.controller.js';
import { RequiredFactorsController } from './required-factors.controller.js';
import { RoleChanges } from './role-changes.js';
import { SecondFactorController } from './second-factor.controller.js';
import { SignOuts } from './sign-outs.js';
import { SignOutsController } from './sign-outs.controller.js';
import { peoplePersonalData } from './people-personal-data.js';

/** What people do with themselves and their account's users, on top of all that it touches. */
@Module({
  imports: [
    MailModule,
    UsersModule,
    OAuthClientsModule,
    ConnectionsModule,
    AccountPolicyModule,
    OAuthCodesModule,
    OAuthTokensModule,
    ChecksModule,
    AuthModule,
  ],
  controllers: [
    PasswordRecoveryController,
    DisavowalController,
    InvitationAcceptanceController,
    IdentityProofController,
    MeController,
    PersonalDataController,
    ProfileController,
    NoticesController,
    EmailChangesController,
    SecondFactorController,
    FactorResetsController,
    RequiredFactorsController,
    PasskeysController,
    AccountUsersController,
    SignOutsController,
    ErasureController,
    InvitationsController,
    CompaniesController,
    AuditTrailController,
  ],
  providers: [
    Companies,
    peoplePersonalData,
    Disavowal,
    EmailChanges,
    CompaniesRetention,
    emailChangesRetention,
    ErasureEffects,
    IdentityProof,
    InvitationAcceptance,
    Invitations,
    invitationsRetention,
    PasswordRecovery,
    PasswordRecoveryLimits,
    passwordRecoveryRetention,
    AuditTrail,
    JudgementLimit,
    MeService,
    OwnPasskeys,
    OwnSecondFactor,
    PasswordsService,
    PersonalDataExport,
    PersonalDataLimit,
    RoleChanges,
    SignOuts,
  ],
  exports: [ErasureEffects, OwnSecondFactor, PasswordsService, PersonalDataExport, SignOuts],
})
export class PeopleModule {}
