import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsObject,
  ValidateNested,
} from 'class-validator';
import { OPTIONAL_KINDS, type OptionalKind } from '../mail/optional-kinds.js';

export class NoticeChoiceDto {
  @ApiProperty({ enum: OPTIONAL_KINDS, enumName: 'OptionalNotice', example: 'new-device' })
  kind!: OptionalKind;

  @ApiProperty({ description: 'whether the user gets it', example: true })
  wanted!: boolean;
}

export class NoticeChoicesDto {
  @ApiProperty({
    type: [NoticeChoiceDto],
    description: 'the mails that this user may do without; all others come in any case',
  })
  notices!: NoticeChoiceDto[];
}

export class NoticeChoicesInput {
  @ApiProperty({
    enum: OPTIONAL_KINDS,
    enumName: 'OptionalNotice',
    isArray: true,
    maxItems: OPTIONAL_KINDS.length,
    uniqueItems: true,
    description: 'what the user does without; takes the place of what was chosen before',
    example: ['connection-made'],
  })
  @IsArray()
  @ArrayMaxSize(OPTIONAL_KINDS.length)
  @ArrayUnique()
  @IsIn(OPTIONAL_KINDS, { each: true })
  muted!: OptionalKind[];
}

export class ChooseNoticesRequest {
  @ApiProperty({ type: NoticeChoicesInput })
  @IsObject()
  @ValidateNested()
  @Type(() => NoticeChoicesInput)
  resource!: NoticeChoicesInput;
}
