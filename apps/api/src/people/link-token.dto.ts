import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

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
