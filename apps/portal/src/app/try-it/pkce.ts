/**
 * What one link to the authorize page is told from others by: a verifier of 43 characters and its
 * S256 (RFC 7636 §4.1, §4.2), and a state (RFC 6749 §10.12).
 */
export interface Proof {
  verifier: string;
  challenge: string;
  state: string;
}

/** @throws where the page came without TLS from another machine: browsers hash nothing there */
export async function newProof(): Promise<Proof> {
  const verifier = randomText();
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return { verifier, challenge: base64url(new Uint8Array(hash)), state: randomText() };
}

/** 256 random bits. */
export function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
