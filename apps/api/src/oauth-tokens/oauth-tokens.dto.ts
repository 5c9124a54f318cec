import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuthenticatedRequest } from '../oauth-clients/client-request.js';

/**
 * What the token, revocation and introspection endpoints may be sent: one list for all of them, so
 * that a parameter which comes twice is refused wherever it comes.
 */
export const TOKEN_PARAMETERS = {
  parameters: [
    'grant_type',
    'code',
    'redirect_uri',
    'code_verifier',
    'refresh_token',
    'scope',
    'resource',
    'token',
    'token_type_hint',
  ],
  anyOf: ['grant_type', 'token'],
  // RFC 8707 §2.
  repeatable: ['resource'],
  // An unknown token is no error, however long it is (RFC 7009 §2.2, RFC 7662 §2.2).
  ofAnyLength: ['token'],
} as const;

export type TokenRequest = AuthenticatedRequest<(typeof TOKEN_PARAMETERS.parameters)[number]>;

/** What the documentation shows of a token request. */
export class TokenRequestDto {
  @ApiProperty({ enum: ['authorization_code', 'refresh_token'] })
  grant_type!: string;
  @ApiPropertyOptional({ description: 'with authorization_code' }) code?: string;
  @ApiPropertyOptional({ description: 'with refresh_token' }) refresh_token?: string;
  @ApiPropertyOptional({
    example: 'maklerwelt-crm',
    description: 'here, or as HTTP Basic credentials',
  })
  client_id?: string;
  @ApiPropertyOptional({ example: 'maklerwelt-crm-demo-secret' }) client_secret?: string;
  @ApiPropertyOptional({ description: 'honoured when sent' }) redirect_uri?: string;
  @ApiPropertyOptional({ description: 'required if the link had a code_challenge (RFC 7636)' })
  code_verifier?: string;
  @ApiPropertyOptional({ description: 'on a refresh: narrows the access token' }) scope?: string;
  @ApiPropertyOptional({ description: 'RFC 8707' }) resource?: string;
}

/** RFC 6749 §5.1. */
export class TokenResponseDto {
  @ApiProperty({ description: 'a JWT (RFC 9068)' }) access_token!: string;
  @ApiProperty({ enum: ['Bearer'] }) token_type!: 'Bearer';
  @ApiProperty({ type: 'integer', example: 3600, description: 'seconds' }) expires_in!: number;
  @ApiProperty({ description: 'replaces the previous one' }) refresh_token!: string;
  @ApiProperty({ example: 'readwrite' }) scope!: string;
}

export class TokenParameterDto {
  @ApiProperty() token!: string;
  @ApiPropertyOptional({ enum: ['access_token', 'refresh_token'] }) token_type_hint?: string;
  @ApiPropertyOptional({ example: 'maklerwelt-crm' }) client_id?: string;
  @ApiPropertyOptional({ example: 'maklerwelt-crm-demo-secret' }) client_secret?: string;
}

export class IntrospectionResponseDto {
  @ApiProperty() active!: boolean;
  @ApiPropertyOptional() scope?: string;
  @ApiPropertyOptional() client_id?: string;
  @ApiPropertyOptional() token_type?: string;
  @ApiPropertyOptional() sub?: string;
  @ApiPropertyOptional() iss?: string;
  @ApiPropertyOptional() aud?: string;
  @ApiPropertyOptional({ type: 'integer' }) iat?: number;
  @ApiPropertyOptional({ type: 'integer' }) exp?: number;
  @ApiPropertyOptional() jti?: string;
  @ApiPropertyOptional() account_id?: string;
  @ApiPropertyOptional() connection_id?: string;
}

/** RFC 6749 §5.2. */
export class OAuthErrorDto {
  @ApiProperty({ example: 'invalid_grant' }) error!: string;
  @ApiProperty({ description: 'what to do next, and the request id' }) error_description!: string;
}

export class UserinfoDto {
  @ApiProperty({ format: 'uuid' }) sub!: string;
  @ApiProperty() name!: string;
  @ApiProperty() given_name!: string;
  @ApiProperty() family_name!: string;
  @ApiProperty({ example: 'user@musterhaus.example' }) email!: string;
  @ApiProperty({ enum: ['de', 'en'] }) locale!: string;
  @ApiProperty({ format: 'uuid' }) account_id!: string;
  @ApiProperty({ example: 'Musterhaus Versicherungsmakler GmbH' }) account_name!: string;
}
