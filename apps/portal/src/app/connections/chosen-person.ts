import { computed, Signal, signal } from '@angular/core';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { Envelope, TeamUser } from '../api/types';

export interface ChosenPerson {
  readonly person: Signal<TeamUser | undefined>;
  /** A text key, as long as the name is not known; null: nobody is chosen. */
  readonly unnamed: Signal<string | null>;
  pick(person: TeamUser | null): void;
}

/**
 * The person whom a list is narrowed to: chosen on the page, or by an address that comes from
 * elsewhere and has an id alone. Call it where a component may inject.
 * @param asked whether the API is to be asked who it is
 */
export function chosenPerson({
  userId,
  asked,
}: {
  userId: () => string | null;
  asked: () => boolean;
}): ChosenPerson {
  const picked = signal<TeamUser | null>(null);
  const answer = apiResource<Envelope<TeamUser>>(() => {
    const id = userId();
    return id && asked() && id !== picked()?.id
      ? `/user/v7/users/${encodeURIComponent(id)}`
      : undefined;
  });
  const ofAddress = keptValue(answer, userId);
  return {
    person: computed(() => {
      const id = userId();
      return (
        [picked(), ofAddress()?.resource].find((person) => person && person.id === id) ?? undefined
      );
    }),
    unnamed: computed(() => {
      if (!userId()) return null;
      const error = answer.error();
      return error && apiErrorFrom(error).code === 'not_found'
        ? 'connections.filters.unknownPerson'
        : 'connections.filters.chosenPerson';
    }),
    pick: (person) => picked.set(person),
  };
}
