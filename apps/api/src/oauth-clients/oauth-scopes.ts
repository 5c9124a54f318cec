import { ApiProperty } from '@nestjs/swagger';
import { SCOPE_TABLE, scopeIncludes, SCOPES } from '@flixcheck/oauth-protocol';

export class InBothLanguagesDto {
  @ApiProperty({ example: 'Nur ansehen' }) de!: string;
  @ApiProperty({ example: 'View only' }) en!: string;
}

/** A line of the table of scopes. */
export class OAuthScopeDto {
  @ApiProperty({ example: 'readwrite', description: 'as requests and tokens carry it' })
  scope!: string;

  @ApiProperty({
    type: [String],
    example: ['read'],
    description: 'every other scope whose rights it contains',
  })
  includes!: string[];

  @ApiProperty({ description: 'nothing can be changed with it' })
  viewOnly!: boolean;

  @ApiProperty({
    example: 'See and change what the user may change',
    description: 'to developers: what a token with it may do',
  })
  meaning!: string;

  @ApiProperty({ description: 'to portal users, in a word or two' })
  name!: InBothLanguagesDto;

  @ApiProperty({
    type: [InBothLanguagesDto],
    description:
      'to portal users, as items of a list of what the application may do: what comes on top of the scopes that it includes, most important first',
  })
  rights!: InBothLanguagesDto[];
}

/** The table, as one resource: it is short and wanted as a whole. */
export class OAuthScopesDto {
  @ApiProperty({ type: [OAuthScopeDto] }) scopes!: OAuthScopeDto[];
}

export const KNOWN_SCOPES: readonly OAuthScopeDto[] = SCOPES.map((scope) => {
  const { viewOnly, meaning, name, rights } = SCOPE_TABLE[scope];
  const includes = SCOPES.filter((other) => other !== scope && scopeIncludes(scope, other));
  return { scope, includes, viewOnly, meaning, name, rights: [...rights] };
});
