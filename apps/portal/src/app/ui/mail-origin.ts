import { computed, Signal } from '@angular/core';
import { apiResource } from '../api/api-resource';
import { Envelope, MailOrigin } from '../api/types';

/**
 * Whom mails come from, for pages that tell people to look for one; null as long as that is not
 * known. Call it where a component may inject.
 */
export function mailOrigin(asked: () => boolean): Signal<MailOrigin | null> {
  const answer = apiResource<Envelope<MailOrigin>>(() =>
    asked() ? '/guest/v7/mail-origin' : undefined,
  );
  return computed(() => (answer.hasValue() ? answer.value().resource : null));
}
