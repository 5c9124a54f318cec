import { computed, Signal } from '@angular/core';
import { apiResource } from '../api/api-resource';
import { Envelope, MailOrigin } from '../api/types';

/**
 * Whom mails come from, for pages that tell people to look for one; undefined as long as that is not
 * known, null where it cannot be. Call it where a component may inject.
 */
export function mailOrigin(asked: () => boolean): Signal<MailOrigin | null | undefined> {
  const answer = apiResource<Envelope<MailOrigin>>(() =>
    asked() ? '/guest/v7/mail-origin' : undefined,
  );
  return computed(() => {
    if (answer.hasValue()) return answer.value().resource;
    return answer.error() ? null : undefined;
  });
}
