import { USER_SEARCH_TEXT } from './find-users.js';

/**
 * Relation `(id, account_id, role, password_given, password_chosen, second_factor_from)` of the users who may act
 * at present, for other modules to join their rows with: what this module publishes instead of its table.
 */
export const ACTIVE_USERS = `(SELECT of_all.id, of_all.account_id, of_all.role, of_all.password_given,
  of_all.password_chosen, company.second_factor_from
  FROM users of_all JOIN accounts company ON company.id = of_all.account_id
 WHERE of_all.status = 'active' AND company.closed_at IS NULL)`;

/**
 * Relation `(id, account_id, first_name, last_name, email, search_text)` of everybody, for other modules
 * to sort and search their rows by: what this module publishes instead of its table.
 */
export const NAMED_USERS = `(SELECT id, account_id, first_name, last_name, email,
    ${USER_SEARCH_TEXT} AS search_text FROM users)`;

/** Relation `(id, account_id, email)` of everybody, with the e-mail address in lower case. */
export const PEOPLE_BY_ADDRESS = '(SELECT id, account_id, lower(email) AS email FROM users)';
