import { ApiProperty } from '@nestjs/swagger';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { Type } from 'class-transformer';
import { buildMessage, IsObject, ValidateBy, ValidateNested } from 'class-validator';

const BASE64URL = /^[\w-]{1,4000}$/;

/**
 * What a browser makes of a passkey's answer (`PublicKeyCredential.toJSON`). Of which parts it
 * consists is its business, and checked when the answer is verified.
 */
export function IsPasskeyAnswer() {
  return ValidateBy({
    name: 'passkeyAnswer',
    validator: {
      validate: (value: unknown) => {
        const { id, type, response } = (value ?? {}) as Partial<Record<string, unknown>>;
        return (
          typeof id === 'string' &&
          BASE64URL.test(id) &&
          type === 'public-key' &&
          typeof response === 'object' &&
          response !== null
        );
      },
      defaultMessage: buildMessage(
        (each) => `${each}$property must be what the browser’s PublicKeyCredential.toJSON() gives`,
      ),
    },
  });
}

/** What a browser is asked for, as `navigator.credentials` takes it. */
export class PasskeyOptionsDto {
  @ApiProperty({
    type: Object,
    description:
      'PublicKeyCredentialRequestOptionsJSON, or PublicKeyCredentialCreationOptionsJSON for a new passkey (WebAuthn Level 3 §5.1.8); browsers read it with `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`',
    example: { challenge: 'AZ…', rpId: 'connect.example', userVerification: 'required' },
  })
  publicKey!: PublicKeyCredentialRequestOptionsJSON | PublicKeyCredentialCreationOptionsJSON;
}

class PasskeySignInInput {
  @ApiProperty({
    type: Object,
    description: 'what `PublicKeyCredential.toJSON()` gives',
    example: { id: 'q2…', type: 'public-key', response: { clientDataJSON: 'ey…' } },
  })
  @IsPasskeyAnswer()
  credential!: AuthenticationResponseJSON;
}

export class PasskeySignInRequest {
  @ApiProperty({ type: PasskeySignInInput })
  @IsObject()
  @ValidateNested()
  @Type(() => PasskeySignInInput)
  resource!: PasskeySignInInput;
}
