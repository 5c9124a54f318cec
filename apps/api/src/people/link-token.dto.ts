import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNotEmpty, IsObject, IsString, MaxLength, ValidateNested } from 'class-validator';

/** What a link from a mail proves: that somebody reads the mails of the address. */
export class LinkTokenInput {
  @ApiProperty({
    description: 'from the fragment of the link; `link_invalid` once it was used or has expired',
    maxLength: 100,
    example: 'b2dGZ5c0Y4cVh1R3pLd0ZtTn…',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  token!: string;
}

export class LinkTokenRequest {
  @ApiProperty({ type: LinkTokenInput })
  @IsObject()
  @ValidateNested()
  @Type(() => LinkTokenInput)
  resource!: LinkTokenInput;
}

/** A link that can still be used. */
export class OpenLinkDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-22T09:00:00.000Z' })
  expiresAt!: string;
}
