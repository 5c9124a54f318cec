import { expect, it } from '@jest/globals';
import pino from 'pino';
import { AppLogger } from './app-logger.js';

function logged(log: (logger: AppLogger) => void): Record<string, unknown> {
  let line = '';
  log(new AppLogger(pino({ base: undefined }, { write: (text: string) => void (line += text) })));
  return JSON.parse(line) as Record<string, unknown>;
}

it('says where an error comes from', () => {
  const error = new TypeError('no such thing');
  expect(logged((logger) => logger.error(error))).toMatchObject({
    level: 50,
    msg: 'no such thing',
    stack: error.stack,
  });
});

it('takes the stack that Nest hands over beside the message', () => {
  const line = logged((logger) => logger.error('no such thing', 'Error: …\n    at here', 'Routes'));
  expect(line).toMatchObject({ msg: 'no such thing', stack: 'Error: …\n    at here' });
  expect(line['context']).toBe('Routes');
});

it('says where an error comes from that is survived', () => {
  const error = new TypeError('no such thing');
  const line = logged((logger) => logger.warn('expiry failed and will be retried', error));
  expect(line).toEqual({
    ...{ level: 40, time: expect.any(Number), stack: error.stack },
    msg: 'expiry failed and will be retried',
  });
  expect(logged((logger) => logger.warn('slow', 'Routes'))).toMatchObject({ context: 'Routes' });
});

it('repeats nothing else of an error, such as what a statement was asked with', () => {
  const error = Object.assign(new Error('duplicate key'), { parameters: ['a secret'] });
  expect(JSON.stringify(logged((logger) => logger.error(error)))).not.toContain('a secret');
  expect(JSON.stringify(logged((logger) => logger.warn('x', error)))).not.toContain('a secret');
});
