import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@flixcheck/password-strength';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';

/** A password that is to be set. Whether it is easy to guess is for `PasswordPolicy`. */
export function IsNewPassword(
  description = '`too_common` if it is easy to guess, as when it is changed',
) {
  return applyDecorators(
    MaxLength(MAX_PASSWORD_LENGTH),
    MinLength(MIN_PASSWORD_LENGTH),
    IsString(),
    ApiProperty({
      format: 'password',
      minLength: MIN_PASSWORD_LENGTH,
      maxLength: MAX_PASSWORD_LENGTH,
      description,
      example: 'drei-blaue-elefanten',
    }),
  );
}
