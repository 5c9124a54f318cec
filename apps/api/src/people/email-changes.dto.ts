import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsObject, MaxLength, ValidateNested } from 'class-validator';
import { IdentityProofInput } from './identity-proof.dto.js';
import { LinkTokenInput, OpenLinkDto } from './link-token.dto.js';

export class EmailChangeInput extends IdentityProofInput {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'neu@musterhaus.example' })
  @IsEmail()
  @MaxLength(254)
  newEmail!: string;
}

export class EmailChangeRequest {
  @ApiProperty({ type: EmailChangeInput })
  @IsObject()
  @ValidateNested()
  @Type(() => EmailChangeInput)
  resource!: EmailChangeInput;
}

export class EmailChangeLinkInput extends LinkTokenInput {}

export class EmailChangeLinkRequest {
  @ApiProperty({ type: EmailChangeLinkInput })
  @IsObject()
  @ValidateNested()
  @Type(() => EmailChangeLinkInput)
  resource!: EmailChangeLinkInput;
}

/** What a link to another address is about. */
export class OpenEmailChangeDto extends OpenLinkDto {
  @ApiProperty({ format: 'email', example: 'neu@musterhaus.example' })
  newEmail!: string;
}
