import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsDefined,
  IsEmail,
  IsObject,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IsDisplayText } from '../http/display-text.js';

const NOT_BLANK = { message: 'must not be blank' };

export class RecipientInput {
  @ApiProperty({ minLength: 1, maxLength: 120, example: 'Erika Beispiel' })
  @IsString()
  @Length(1, 120)
  @Matches(/\S/, NOT_BLANK)
  @IsDisplayText({ asTyped: true })
  name!: string;

  @ApiProperty({ format: 'email', maxLength: 254, example: 'erika@kundin.example' })
  @IsString()
  @MaxLength(254)
  @IsEmail()
  email!: string;
}

export class CheckInput {
  @ApiProperty({ type: RecipientInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => RecipientInput)
  recipient!: RecipientInput;

  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Hausratversicherung: Angaben zum Haus' })
  @IsString()
  @Length(1, 200)
  @Matches(/\S/, NOT_BLANK)
  @IsDisplayText({ asTyped: true })
  title!: string;
}

export class CheckCreateRequest {
  @ApiProperty({ type: CheckInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => CheckInput)
  resource!: CheckInput;
}

export class RecipientDto {
  @ApiProperty({ example: 'Erika Beispiel' })
  name!: string;

  @ApiProperty({ format: 'email', example: 'erika@kundin.example' })
  email!: string;
}

export class CheckCreatorDto {
  @ApiProperty({ format: 'uuid', example: '8f14e45f-ceea-467f-9b1c-3c7a4c6f5e21' })
  id!: string;

  @ApiProperty({ example: 'User' })
  firstName!: string;

  @ApiProperty({ example: 'Musterhaus' })
  lastName!: string;
}

export class CheckClientDto {
  @ApiProperty({ example: 'maklerwelt-crm' })
  clientId!: string;

  @ApiProperty({ example: 'Maklerwelt CRM' })
  name!: string;
}

export class CheckDto {
  @ApiProperty({ format: 'uuid', example: '0c8f7a36-1d84-4b0e-a3f2-9d5b8e6c4f10' })
  id!: string;

  @ApiProperty({ type: RecipientDto })
  recipient!: RecipientDto;

  @ApiProperty({ example: 'Hausratversicherung: Angaben zum Haus' })
  title!: string;

  @ApiProperty({ enum: ['draft'], example: 'draft' })
  status!: 'draft';

  @ApiProperty({ type: CheckCreatorDto, description: 'the user, even if a client acted for them' })
  createdBy!: CheckCreatorDto;

  @ApiProperty({
    type: CheckClientDto,
    nullable: true,
    description: 'the application that acted for the user; null if none did',
  })
  createdVia!: CheckClientDto | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T09:41:12.000Z' })
  createdAt!: string;
}
