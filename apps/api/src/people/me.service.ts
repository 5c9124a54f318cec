import { Inject, Injectable } from '@nestjs/common';
import { invalidToken } from '../auth/bearer.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ConnectionsService } from '../connections/connections.service.js';
import type { Caller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { toProfile } from '../users/profile.dto.js';
import { UsersService } from '../users/users.service.js';
import type { MeDto } from './me.dto.js';

/** The user that a caller acts as. */
@Injectable()
export class MeService {
  constructor(
    private readonly users: UsersService,
    private readonly connections: ConnectionsService,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  async describe(caller: Caller): Promise<MeDto> {
    const user = await this.users.findById(caller.userId);
    if (!user) throw notFound('The user');
    if (caller.via === 'session') return toProfile(user);
    const connection = await this.connections.summaryForBearer(caller.connectionId);
    if (!connection) {
      throw invalidToken(this.config.publicUrl, 'The access token has been revoked.');
    }
    const grantedAt = connection.grantedAt.toISOString();
    return {
      ...toProfile(user),
      connection: { id: connection.id, scope: caller.scope, grantedAt },
    };
  }
}
