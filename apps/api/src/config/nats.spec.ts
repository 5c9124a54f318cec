import { describe, expect, it } from '@jest/globals';
import { parseConfig } from './config.js';

const CREDENTIALS = `-----BEGIN NATS USER JWT-----
a.b.c
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
SUAEXAMPLE
------END USER NKEY SEED------`;
const nats = (env: NodeJS.ProcessEnv) => parseConfig(env).nats;

describe('NATS_URL', () => {
  it('is not there by default', () => {
    expect(nats({})).toBeUndefined();
  });

  it('names one server or several, whose port is 4222 unless it says another one', () => {
    expect(nats({ NATS_URL: 'nats://nats.example' })).toEqual({
      servers: ['nats.example:4222'],
      tls: false,
      subject: 'flixcheck-connect.changes',
    });
    expect(nats({ NATS_URL: 'tls://a.example, tls://[2001:db8::1]:4333' })).toMatchObject({
      servers: ['a.example:4222', '[2001:db8::1]:4333'],
      tls: true,
    });
  });

  it('holds a user with a password, or a token, once for all servers', () => {
    const user = { user: 'connect', password: 'p@ss' };
    expect(nats({ NATS_URL: 'tls://connect:p%40ss@a.example,tls://b.example' })).toMatchObject(
      user,
    );
    expect(nats({ NATS_URL: 'tls://b.example,tls://connect:p%40ss@a.example' })).toMatchObject(
      user,
    );
    expect(nats({ NATS_URL: 'tls://a-token@a.example' })).toMatchObject({ token: 'a-token' });
  });

  it.each([
    'nats.example:4222',
    'http://nats.example',
    'nats://',
    'nats://a.example/path',
    'nats://u:secret@a.example,',
    'nats://u:secret@a.example,tls://b.example',
    'nats://u:secret@a.example,nats://u:other@b.example',
  ])('%s is refused, without a word of it', (NATS_URL) => {
    expect(() => nats({ NATS_URL })).toThrow(/^NATS_URL must/);
    expect(() => nats({ NATS_URL })).not.toThrow('secret');
  });
});

describe('NATS_CREDENTIALS', () => {
  it('is what a credentials file holds', () => {
    const NATS_URL = 'tls://nats.example';
    expect(nats({ NATS_URL, NATS_CREDENTIALS: CREDENTIALS })).toMatchObject({
      credentials: CREDENTIALS,
    });
    expect(() => nats({ NATS_URL, NATS_CREDENTIALS: '/path/to/file' })).toThrow(
      /^NATS_CREDENTIALS must .* NATS_CREDENTIALS_FILE/,
    );
  });

  it('and a user in the address do not go together', () => {
    expect(() =>
      nats({ NATS_URL: 'tls://u:secret@nats.example', NATS_CREDENTIALS: CREDENTIALS }),
    ).toThrow('Leave one of them out');
  });
});

describe('NATS_SUBJECT', () => {
  it('keeps installations apart that share a NATS', () => {
    const NATS_URL = 'tls://nats.example';
    expect(nats({ NATS_URL, NATS_SUBJECT: 'staging.connect' })).toMatchObject({
      subject: 'staging.connect',
    });
    for (const NATS_SUBJECT of ['a b', 'a.*', '>', '.a', '$SYS.x']) {
      expect(() => nats({ NATS_URL, NATS_SUBJECT })).toThrow(/^NATS_SUBJECT must/);
    }
  });

  it('and credentials without NATS_URL are an oversight', () => {
    expect(() => nats({ NATS_SUBJECT: 'a' })).toThrow('need a NATS_URL');
    expect(() => nats({ NATS_CREDENTIALS: CREDENTIALS })).toThrow('need a NATS_URL');
  });
});
