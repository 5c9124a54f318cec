import { CompanyDetails } from '../api/types';
import { Formats } from '../i18n/formats';
import { Words } from '../ui/question';

/** How many people a company has. */
export function peopleInWords({ people }: CompanyDetails, formats: Formats): Words {
  const text = formats.plural(people, {
    one: 'companies.people.one',
    other: 'companies.people.other',
  });
  return { text, values: { count: formats.number(people) } };
}

/** How many active connections a company has. */
export function connectionsInWords({ activeConnections }: CompanyDetails, formats: Formats): Words {
  const text = formats.plural(activeConnections, {
    one: 'companies.connections.one',
    other: 'companies.connections.other',
  });
  return { text, values: { count: formats.number(activeConnections) } };
}
