import { linkedSignal, Signal } from '@angular/core';

/**
 * Whether a part of a page has come. It stays so, however often it is read again.
 *
 * A page leaves out what stands below a part that is still to come (its class is `coming`): nothing
 * that can be pressed is pushed away.
 */
export function come(is: () => boolean): Signal<boolean> {
  return linkedSignal<boolean, boolean>({
    source: is,
    computation: (now, before) => now || before?.value === true,
  });
}
