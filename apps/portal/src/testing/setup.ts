import { setupZonelessTestEnv } from 'jest-preset-angular/setup-env/zoneless';

setupZonelessTestEnv();

// The document of the tests has no layout, and nothing to scroll. Some have no document.
if ('Element' in globalThis) Element.prototype.scrollIntoView = () => undefined;

// jsdom does not hand on Node's; what the portal copies is plain data.
globalThis.structuredClone ??= <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value)) as Value;
