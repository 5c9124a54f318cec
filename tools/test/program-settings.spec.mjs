import assert from 'node:assert/strict';
import { it } from 'node:test';
import { programSettings } from './program-settings.mjs';

it('no setting of an instance that runs beside the tests reaches them', () => {
  const names = programSettings();
  for (const name of ['NODE_ENV', 'DATABASE_URL', 'APP_SECRET_FILE', 'NATS_URL', 'HISTORY_DAYS']) {
    assert.ok(names.includes(name), name);
  }
});
