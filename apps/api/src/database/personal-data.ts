import { type FactoryProvider, Injectable } from '@nestjs/common';

/**
 * What a module stores about people, as it declares it beside what it stores: how it is read for an
 * export, and how it is taken out when somebody is erased.
 */
export interface PersonalRecords {
  /** The tables whose rows these are, as docs/privacy.md names them. */
  tables: readonly string[];
  /** Absent where an export leaves them out; docs/privacy.md says why. */
  export?: {
    /** Under which name they stand in an export. */
    list: string;
    /**
     * A SELECT without secrets, whose columns are the names that readers see. It joins the relations
     * `people (id, email)` and, for the export of a company, `companies (id)`.
     */
    rows: string;
    /** Whether they belong to a company, and to nobody in particular. */
    ofCompanyOnly?: true;
  };
  /** Statements that leave nothing of a person; what must stay, stays under their pseudonym. */
  erase?: {
    /** `$1` is the id of the user. */
    byId?: readonly string[];
    /** `$1` is the e-mail address, in lower case. */
    byEmail?: readonly string[];
  };
}

/** All that is stored about people. */
@Injectable()
export class PersonalData {
  private readonly declared: PersonalRecords[] = [];

  declare(records: readonly PersonalRecords[]): void {
    this.declared.push(...records);
  }

  get all(): readonly PersonalRecords[] {
    return this.declared;
  }
}

/** What a module lists among its providers, so that these records are exported and erased. */
export function personalData(...records: PersonalRecords[]): FactoryProvider {
  return {
    provide: Symbol(records.flatMap(({ tables }) => tables).join(', ')),
    inject: [PersonalData],
    useFactory: (data: PersonalData) => {
      data.declare(records);
      return records;
    },
  };
}
