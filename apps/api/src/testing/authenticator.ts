import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
}

/** A passkey as a browser has it (WebAuthn Level 3 §6), with everything a test may want wrong. */
export class Authenticator {
  readonly id: string;
  private readonly privateKey: KeyObject;
  private readonly publicKey: Buffer;

  constructor(
    /** What the browser's address bar shows. */
    private readonly origin: string,
    /** Whether its user unlocks it. */
    private readonly unlocked = true,
    /** Bytes of its id. */
    length = 16,
  ) {
    this.id = randomBytes(length).toString('base64url');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.privateKey = privateKey;
    // COSE: EC2, ES256, P-256, x, y.
    this.publicKey = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
  }

  /** `navigator.credentials.create`, as JSON. */
  create({ challenge, rp }: Options, transports: unknown = ['internal']) {
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const data = Buffer.concat([
      this.dataFor(rp?.id ?? '', HAS_CREDENTIAL),
      ...[Buffer.alloc(16), length, id, this.publicKey],
    ]);
    const size = Buffer.alloc(2);
    size.writeUInt16BE(data.length);
    // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}.
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
      ...[Buffer.from([0x59]), size, data],
    ]);
    return this.answer({
      clientDataJSON: this.clientData('webauthn.create', challenge).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports,
    });
  }

  /** `navigator.credentials.get`, as JSON. */
  get({ challenge, rpId = '' }: Options) {
    const data = this.dataFor(rpId);
    const client = this.clientData('webauthn.get', challenge);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    return this.answer({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, this.privateKey).toString('base64url'),
    });
  }

  private answer(response: object) {
    const { id } = this;
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} };
  }

  private dataFor(rpId: string, more = 0): Buffer {
    const flags = USER_PRESENT | (this.unlocked ? USER_VERIFIED : 0) | more;
    // Those that are synced count nothing, and so cannot show an answer to be old.
    const counter = Buffer.alloc(4);
    return Buffer.concat([
      createHash('sha256').update(rpId).digest(),
      Buffer.from([flags]),
      counter,
    ]);
  }

  private clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin }));
  }
}
