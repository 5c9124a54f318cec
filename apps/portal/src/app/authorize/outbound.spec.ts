import { describe, expect, it } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { Outbound } from './outbound';

describe('an address to leave for', () => {
  it.each([
    'https://app.example/cb?code=1&state=a%20b',
    'http://127.0.0.1:51234/callback?code=1',
    'com.example.app:/callback?code=1',
  ])('is taken as it is: %s', (address) => {
    expect(TestBed.inject(Outbound).safe(address)).toBe(address);
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'blob:x',
    'x',
    '',
    null,
  ])('is refused where it would run or lead nowhere: %s', (address) => {
    expect(TestBed.inject(Outbound).safe(address)).toBeNull();
  });
});
