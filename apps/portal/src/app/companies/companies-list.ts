import { searchedList } from '../api/searched-list';
import { CompanyDetails } from '../api/types';
import { refusedUnless } from '../session/refused-unless';

export const COMPANIES = '/admin/v7/accounts';

interface CompanySearch {
  q: string;
  /** Empty: in any state. */
  status: string;
}

/** The companies that use Flixcheck, or those that are searched for, page by page. */
export const companiesList = () =>
  searchedList<CompanyDetails, CompanySearch>(COMPANIES, refusedUnless('isOperator'));
