import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountPolicyModule } from '../account-policy/account-policy.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { OAuthTokensModule } from '../oauth-tokens/oauth-tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessGuard } from './access.guard.js';
import { authRetention } from './auth-retention.js';
import { Credentials } from './credentials.js';
import { FactorDuty } from './factor-duty.js';
import { FactorResets } from './factor-resets.js';
import { KnownDevices } from './known-devices.js';
import { NewDeviceNotices } from './new-device-notices.js';
import { AttemptNotices } from './attempt-notices.js';
import { PasskeySignIn } from './passkey-sign-in.js';
import { PasskeySignInController } from './passkey-sign-in.controller.js';
import { RefusedCalls } from './refused-calls.js';
import { SecondStep } from './second-step.js';
import { SessionCookie } from './session-cookie.js';
import { SessionEntity } from './session.entity.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { SignInController } from './sign-in.controller.js';
import { SignInAnswer } from './sign-in-answer.js';
import { SignInGuard } from './sign-in.guard.js';
import { SignInAudit } from './sign-in-audit.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { SignInService } from './sign-in.service.js';
import { AccessTokenStrategy } from './strategies/access-token.strategy.js';
import { LocalStrategy } from './strategies/local.strategy.js';
import { SessionStrategy } from './strategies/session.strategy.js';
import { authPersonalData } from './auth-personal-data.js';

/** Finds out who is calling: sign-in, sessions, and the one guard in front of every route. */
@Module({
  imports: [
    TypeOrmModule.forFeature([SessionEntity]),
    UsersModule,
    AccountPolicyModule,
    ConnectionsModule,
    OAuthClientsModule,
    OAuthTokensModule,
  ],
  controllers: [SignInController, PasskeySignInController, SessionsController],
  providers: [
    AttemptNotices,
    authPersonalData,
    { provide: APP_GUARD, useClass: AccessGuard },
    AccessTokenStrategy,
    authRetention,
    Credentials,
    FactorDuty,
    FactorResets,
    KnownDevices,
    LocalStrategy,
    NewDeviceNotices,
    PasskeySignIn,
    RefusedCalls,
    SecondStep,
    SessionCookie,
    SessionStrategy,
    SessionsService,
    SignInAnswer,
    SignInGuard,
    SignInAudit,
    SignInLimits,
    SignInMetrics,
    SignInService,
  ],
  exports: [
    Credentials,
    FactorResets,
    KnownDevices,
    NewDeviceNotices,
    SecondStep,
    SessionCookie,
    SessionsService,
    SignInAnswer,
    SignInAudit,
    SignInLimits,
    SignInService,
  ],
})
export class AuthModule {}
