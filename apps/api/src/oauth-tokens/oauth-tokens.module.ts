import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountPolicyModule } from '../account-policy/account-policy.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { OAuthCodesModule } from '../oauth-codes/oauth-codes.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessTokens } from './access-tokens.js';
import { OAuthTokensController } from './oauth-tokens.controller.js';
import { RefreshTokenFamilies } from './refresh-token-families.js';
import { RefreshTokenFamily } from './refresh-token-family.entity.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SigningKey } from './signing-key.entity.js';
import { SigningKeys } from './signing-keys.js';
import { GRANTS, TokenGrants } from './token-grants.js';
import { TokenIntrospection } from './token-introspection.js';
import { TokenMetrics } from './token-metrics.js';
import { TokenRevocation } from './token-revocation.js';
import { TokensHousekeeping } from './tokens-housekeeping.js';
import { UserinfoController } from './userinfo.controller.js';
import { WellKnownController } from './well-known.controller.js';
import { tokensPersonalData } from './tokens-personal-data.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([RefreshTokenFamily, SigningKey]),
    // Keys rotate, so each signature names its own.
    JwtModule.register({}),
    UsersModule,
    OAuthClientsModule,
    ConnectionsModule,
    OAuthCodesModule,
    AccountPolicyModule,
  ],
  controllers: [OAuthTokensController, WellKnownController, UserinfoController],
  providers: [
    tokensPersonalData,
    AccessTokens,
    ...Object.values(GRANTS),
    RefreshTokenFamilies,
    RefreshTokens,
    SigningKeys,
    TokenGrants,
    TokenIntrospection,
    TokenMetrics,
    TokenRevocation,
    TokensHousekeeping,
  ],
  exports: [AccessTokens, SigningKeys, RefreshTokenFamilies],
})
export class OAuthTokensModule {}
