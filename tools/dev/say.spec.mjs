import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withoutRepeats } from './say.mjs';

it('what is said many times in a row is said once, and again after something else', () => {
  const said = [];
  const say = withoutRepeats((text) => said.push(text));
  for (const text of ['ended', 'ended', 'ended', 'starts', 'ended']) say(text);
  assert.deepEqual(said, ['ended', 'starts', 'ended']);
});
