import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MailModule } from '../mail/mail.module.js';
import { AccountEntity } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { AuditLog } from './audit-log.js';
import { AuditRetention } from './audit-retention.js';
import { AuditSeals } from './audit-seals.js';
import { AuditVerification } from './audit-verification.js';
import { InvitationLimits } from './invitation-limits.js';
import { MailRecords } from './mail-records.js';
import { NoticeChoices } from './notice-choices.js';
import { Notices } from './notices.js';
import { PasskeyChallenges, passkeyChallengesRetention } from './passkey-challenges.js';
import { Passkeys } from './passkeys.service.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { Provisioning } from './provisioning.js';
import { RequiredFactors } from './required-factors.js';
import { SecondFactors } from './second-factors.service.js';
import { UserErasure } from './user-erasure.js';
import { UserEntity } from './user.entity.js';
import { UsersService } from './users.service.js';
import { usersPersonalData } from './users-personal-data.js';

/** Accounts and users: who exists and who may act. What they may do is decided elsewhere. */
@Module({
  imports: [MailModule, TypeOrmModule.forFeature([AccountEntity, UserEntity])],
  providers: [
    usersPersonalData,
    Accounts,
    UsersService,
    AuditLog,
    AuditRetention,
    AuditSeals,
    AuditVerification,
    InvitationLimits,
    MailRecords,
    NoticeChoices,
    Notices,
    PasskeyChallenges,
    passkeyChallengesRetention,
    Passkeys,
    PasswordHasher,
    PasswordPolicy,
    Provisioning,
    RequiredFactors,
    SecondFactors,
    UserErasure,
  ],
  exports: [
    Accounts,
    UsersService,
    AuditLog,
    AuditVerification,
    InvitationLimits,
    NoticeChoices,
    Notices,
    Passkeys,
    PasswordHasher,
    PasswordPolicy,
    Provisioning,
    RequiredFactors,
    SecondFactors,
    UserErasure,
  ],
})
export class UsersModule {}
