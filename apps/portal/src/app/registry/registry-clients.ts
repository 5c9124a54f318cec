import { searchedList } from '../api/searched-list';
import { RegistryClient } from '../api/types';
import { refusedUnless } from '../session/refused-unless';

export const REGISTRY = '/admin/v7/oauth-clients';

interface RegistrySearch {
  q: string;
  /** Empty: in any state. */
  status: string;
  sort: string;
}

/** The registered clients, or those that are searched for, page by page. */
export const registryClients = () =>
  searchedList<RegistryClient, RegistrySearch>(REGISTRY, refusedUnless('isOperator'));
