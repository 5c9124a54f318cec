import { setupZonelessTestEnv } from 'jest-preset-angular/setup-env/zoneless';

setupZonelessTestEnv();

// The document of the tests has no layout, and nothing to scroll. Some have no document.
if ('Element' in globalThis) Element.prototype.scrollIntoView = () => undefined;
