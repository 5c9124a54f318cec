import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConnectionsModule } from '../connections/connections.module.js';
import { UsersModule } from '../users/users.module.js';
import { CheckEntity } from './check.entity.js';
import { ChecksController } from './checks.controller.js';
import { ChecksService } from './checks.service.js';
import { checksPersonalData } from './checks-personal-data.js';

@Module({
  imports: [TypeOrmModule.forFeature([CheckEntity]), ConnectionsModule, UsersModule],
  controllers: [ChecksController],
  providers: [checksPersonalData, ChecksService],
})
export class ChecksModule {}
