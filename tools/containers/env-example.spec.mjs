import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { inWorkspace } from '../setup/workspace.mjs';

const read = (name) => readFileSync(inWorkspace(name), 'utf8');
const namesIn = (text, pattern) => [
  ...new Set([...text.matchAll(pattern)].map(([, name]) => name)),
];

it('.env.example names what docker-compose.yml reads, but for the images', () => {
  const compose = read('docker-compose.yml');
  const interpolated = namesIn(compose, /\$\{(\w+)/g).filter((name) => !name.endsWith('_IMAGE'));
  const passedOn = namesIn(compose, /^ +([A-Z_]+):$/gm);
  const example = namesIn(read('.env.example'), /^(\w+)=/gm);
  assert.deepEqual(example.toSorted(), [...interpolated, ...passedOn].toSorted());
});
