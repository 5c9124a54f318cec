import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWorkspace } from '../setup/workspace.mjs';
import { makeCollections } from './make-collections.mjs';

const FOLDER = inWorkspace('docs', 'collections');

/** The files by their path, as they follow from the committed OpenAPI document. */
export function collectionFiles() {
  const document = JSON.parse(readFileSync(inWorkspace('apps/api/openapi.json'), 'utf8'));
  return Object.entries(makeCollections(document)).map(([name, collection]) => ({
    path: join(FOLDER, name),
    content: `${JSON.stringify(collection, null, 2)}\n`,
  }));
}

/** `npm run collections` */
export function writeCollections() {
  mkdirSync(FOLDER, { recursive: true });
  for (const { path, content } of collectionFiles()) {
    writeFileSync(path, content);
    process.stdout.write(`${path}\n`);
  }
}
