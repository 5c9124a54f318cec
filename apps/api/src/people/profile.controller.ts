import { Body, Controller, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { ProfileDto, toProfile } from '../users/profile.dto.js';
import { UsersService } from '../users/users.service.js';
import { UpdateProfileRequest } from './profile.dto.js';

@ApiTags('Users')
@Controller('user/v7/users')
export class ProfileController {
  constructor(private readonly users: UsersService) {}

  @Patch('me')
  @RequireSession()
  @ApiOperation({
    summary: 'Change my profile',
    description: 'What is left out stays as it is.',
  })
  @ApiResource(ProfileDto)
  @ApiProblems(400, 401, 403, 415)
  async update(
    @CurrentCaller() caller: SessionCaller,
    @Body() body: UpdateProfileRequest,
  ): Promise<ResourceEnvelope<ProfileDto>> {
    return { resource: toProfile(await this.users.updateProfile(caller.userId, body.resource)) };
  }
}
