import { ApiProperty } from '@nestjs/swagger';

/** One request of a client, in the words that its developers need. */
export class OAuthRequestDto {
  @ApiProperty({
    format: 'uuid',
    description: 'Ends the `error_description` that the client saw',
    example: '5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44',
  })
  requestId!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:15:00.000Z' })
  at!: Date;

  @ApiProperty({ enum: ['token', 'revoke', 'introspect'], example: 'token' })
  endpoint!: string;

  @ApiProperty({ type: String, nullable: true, example: 'authorization_code' })
  grantType!: string | null;

  @ApiProperty({ enum: ['success', 'failure'], example: 'failure' })
  outcome!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The OAuth error code; null on success',
    example: 'invalid_client',
  })
  error!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'A stable code, one for each way to fail',
    example: 'client_secret_wrong',
  })
  reason!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'The client_secret is none of the live secrets of this client.',
  })
  detail!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null })
  connectionId!: string | null;

  @ApiProperty({ example: '203.0.113.7' })
  ip!: string;

  @ApiProperty({ type: Number, description: 'Milliseconds', example: 3.2 })
  durationMs!: number;
}
