import { describe, expect, it } from '@jest/globals';
import { endedText } from './connection-texts';

describe('how a connection ended', () => {
  it('says to whoever has ended it that they have', () => {
    expect(endedText('user', true)).toBe('connections.ended.self');
    expect(endedText('admin', true)).toBe('connections.ended.self');
    expect(endedText('admin', false)).toBe('connections.ended.admin');
  });

  it.each([
    ['password_changed', 'connections.ended.passwordChanged'],
    ['disavowed', 'connections.ended.disavowed'],
    ['user_disabled', 'connections.ended.userDisabled'],
  ])('names the reason %s, also to whoever has caused it', (reason, text) => {
    expect(endedText(reason, true)).toBe(text);
    expect(endedText(reason, false)).toBe(text);
  });

  it('has words for a reason of a newer API', () => {
    expect(endedText('of_tomorrow', true)).toBe('connections.ended.user');
    expect(endedText(null, false)).toBe('connections.ended.user');
  });
});
