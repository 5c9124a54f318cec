import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock, MINUTE, SECOND } from '../config/clock.js';
import { ClientFailureLimit } from './client-failure-limit.js';

class StandingClock extends Clock {
  private time = Date.parse('2026-11-22T10:00:00Z');

  override now(): Date {
    return new Date(this.time);
  }

  advance(ms: number): void {
    this.time += ms;
  }
}

let clock: StandingClock;
let limit: ClientFailureLimit;

beforeEach(() => {
  clock = new StandingClock();
  limit = new ClientFailureLimit(clock);
});

function fail(times: number, clientId = 'crm', ip = '203.0.113.7'): void {
  for (let i = 0; i < times; i++) limit.recordFailure(clientId, ip);
}

const isLimited = (clientId = 'crm', ip = '203.0.113.7') => limit.check(clientId, ip).limited;

describe('failed token requests', () => {
  it('are limited from 60 a minute on', () => {
    expect(limit.check('crm', '203.0.113.7')).toEqual({ limited: false, retryAfterSeconds: 0 });
    fail(59);
    expect(isLimited()).toBe(false);
    fail(1);
    expect(limit.check('crm', '203.0.113.7')).toEqual({ limited: true, retryAfterSeconds: 60 });
  });

  it('count by client and address: a guesser elsewhere does not stop the client', () => {
    fail(60);
    expect(isLimited('crm', '203.0.113.8')).toBe(false);
    expect(isLimited('other', '203.0.113.7')).toBe(false);
  });

  it('are forgotten as the window moves on, one by one', () => {
    fail(1);
    clock.advance(10 * SECOND);
    fail(59);
    expect(limit.check('crm', '203.0.113.7')).toEqual({ limited: true, retryAfterSeconds: 50 });
    clock.advance(50 * SECOND - 1);
    expect(limit.check('crm', '203.0.113.7')).toEqual({ limited: true, retryAfterSeconds: 1 });
    clock.advance(1);
    expect(isLimited()).toBe(false);
    fail(1);
    expect(isLimited()).toBe(true);
    clock.advance(10 * SECOND);
    expect(isLimited()).toBe(false);
  });

  it('go on being limited while they go on', () => {
    fail(200);
    clock.advance(30 * SECOND);
    fail(60);
    clock.advance(31 * SECOND);
    expect(isLimited()).toBe(true);
    clock.advance(MINUTE);
    expect(isLimited()).toBe(false);
  });

  it('of clients that nobody knows count as those of one, for each network', () => {
    for (let i = 0; i < 60; i++) limit.recordFailure(undefined, '198.51.100.1');
    expect(limit.check(undefined, '198.51.100.1').limited).toBe(true);
    expect(limit.check(undefined, '198.51.100.2').limited).toBe(false);
    expect(isLimited('crm', '198.51.100.1')).toBe(false);
  });

  it('take an IPv6 /64 for one network: a guesser has all of its addresses', () => {
    for (let i = 0; i < 60; i++) limit.recordFailure('crm', `2001:db8:7:7::${i.toString(16)}`);
    expect(isLimited('crm', '2001:db8:7:7:9:9:9:9')).toBe(true);
    expect(isLimited('crm', '2001:db8:7:8::1')).toBe(false);
  });

  it('of a guesser are not forgotten in a flood from many networks', () => {
    fail(60);
    fail(59, 'crm', '203.0.113.9');
    for (let i = 0; i < 30_000; i++) limit.recordFailure(undefined, `10.0.${i >> 8}.${i & 255}`);
    expect(isLimited()).toBe(true);
    fail(1, 'crm', '203.0.113.9');
    expect(isLimited('crm', '203.0.113.9')).toBe(true);
  });

  it('take a bounded memory, from however many networks they come', () => {
    const address = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    for (let i = 0; i < 30_000; i++) fail(1, 'crm', address(i));
    for (let i = 0; i < 15_000; i++) fail(10, 'crm', address(i));
    const { occasional, persistent } = limit as unknown as Record<string, { size: number }>;
    expect(occasional?.size).toBeLessThanOrEqual(10_000);
    expect(persistent?.size).toBe(10_000);
  });

  it('of clients named like members of a prototype are counted too', () => {
    fail(60, '__proto__');
    expect(isLimited('__proto__')).toBe(true);
    expect(isLimited('constructor')).toBe(false);
  });
});
