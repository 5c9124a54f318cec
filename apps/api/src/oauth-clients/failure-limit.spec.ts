import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock, MINUTE, SECOND } from '../config/clock.js';
import { FailureLimit } from './failure-limit.js';

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
let limit: FailureLimit;

beforeEach(() => {
  clock = new StandingClock();
  limit = new FailureLimit(clock);
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

  it('take a bounded memory, however many ids a guesser makes up', () => {
    fail(60, 'crm');
    for (let i = 0; i < 30_000; i++) limit.recordFailure(`guess-${i}`, '198.51.100.1');
    expect((limit as unknown as { failures: Map<string, number[]> }).failures.size).toBe(10_000);
    // The pair that has been quiet longest had to go; those that fail now are known.
    expect(isLimited('crm')).toBe(false);
    fail(60, 'guess-29999', '198.51.100.1');
    expect(isLimited('guess-29999', '198.51.100.1')).toBe(true);
  });

  it('of a pair that goes on failing are not the first to be forgotten', () => {
    fail(59, 'crm');
    for (let i = 1; i < 10_000; i++) limit.recordFailure(`guess-${i}`, '198.51.100.1');
    fail(1, 'crm');
    limit.recordFailure('one-more-guess', '198.51.100.1');
    expect(isLimited('crm')).toBe(true);
  });

  it('with ids that no client can have count as those of one client', () => {
    for (let i = 0; i < 60; i++) limit.recordFailure(`no id: ${i} ${'x'.repeat(100)}`, '::1');
    expect(isLimited('another impossible id', '::1')).toBe(true);
    expect(isLimited('crm', '::1')).toBe(false);
  });

  it('of clients named like members of a prototype are counted too', () => {
    fail(60, '__proto__');
    expect(isLimited('__proto__')).toBe(true);
    expect(isLimited('constructor')).toBe(false);
  });
});
