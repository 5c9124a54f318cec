import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountUsersController } from './account-users.controller.js';
import { JudgementLimit } from './judgement-limit.js';
import { MeController } from './me.controller.js';
import { MeService } from './me.service.js';
import { PasswordsService } from './passwords.service.js';
import { ProfileController } from './profile.controller.js';

/** What people do with themselves and their account's users, on top of all that it touches. */
@Module({
  imports: [UsersModule, ConnectionsModule, AuthModule],
  controllers: [MeController, ProfileController, AccountUsersController],
  providers: [JudgementLimit, MeService, PasswordsService],
  exports: [PasswordsService],
})
export class PeopleModule {}
