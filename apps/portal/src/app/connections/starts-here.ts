import { AvailableClient } from '../api/types';
import { Outbound } from '../authorize/outbound';

/** Whether connecting can start in the portal, or at an address that it knows. */
export function startsHere(
  { authorizable, startUri }: AvailableClient,
  outbound: Outbound,
): boolean {
  return authorizable || outbound.safe(startUri) !== null;
}
