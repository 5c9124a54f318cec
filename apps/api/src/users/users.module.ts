import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountEntity } from './account.entity.js';
import { AuditLog } from './audit-log.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { Provisioning } from './provisioning.js';
import { UserEntity } from './user.entity.js';
import { UsersService } from './users.service.js';

/** Accounts and users: who exists and who may act. What they may do is decided elsewhere. */
@Module({
  imports: [TypeOrmModule.forFeature([AccountEntity, UserEntity])],
  providers: [UsersService, AuditLog, PasswordHasher, PasswordPolicy, Provisioning],
  exports: [UsersService, AuditLog, PasswordHasher, PasswordPolicy, Provisioning],
})
export class UsersModule {}
