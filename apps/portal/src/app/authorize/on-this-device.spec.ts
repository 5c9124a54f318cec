import { describe, expect, it } from '@jest/globals';
import { isOnThisDevice } from './on-this-device';

describe('a program on the reader’s own device', () => {
  it.each(['http://127.0.0.1/callback', 'http://127.0.0.1:51234/cb', 'http://[::1]:4000?a=b'])(
    'is where a loopback address leads: %s',
    (address) => expect(isOnThisDevice(address)).toBe(true),
  );

  it.each([
    'https://crm.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.1@evil.example/',
    'https://evil.example/?next=http://127.0.0.1/',
  ])('is not where another address leads: %s', (address) =>
    expect(isOnThisDevice(address)).toBe(false),
  );
});
