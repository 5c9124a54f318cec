import { PEOPLE_BY_ADDRESS } from '../users/user-relations.js';

/** Whose data: those of a person, or those of a company and of everybody in it. */
export type DataSubject = { userId: string } | { accountId: string };

/** The statement of `PersonalRecords.rows` with the relations that it joins. */
export function about(subject: DataSubject, rows: string): { statement: string; values: string[] } {
  const [people, companies, id] =
    'userId' in subject
      ? ['id = $1', 'SELECT NULL::uuid AS id WHERE false', subject.userId]
      : ['account_id = $1', 'SELECT $1::uuid AS id', subject.accountId];
  return {
    statement: `WITH people AS (SELECT id, email FROM ${PEOPLE_BY_ADDRESS} u WHERE ${people}),
                     companies AS (${companies})
                ${rows}`,
    values: [id],
  };
}
