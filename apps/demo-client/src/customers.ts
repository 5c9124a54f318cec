/** The customer list of the sample company. */
export interface Customer {
  id: string;
  name: string;
  email: string;
  city: string;
  /** What is missing in the customer's file: the title of the check that asks for it. */
  request: { de: string; en: string };
}

export const customers: readonly Customer[] = [
  {
    id: 'baeckerei-morgenrot',
    name: 'Bäckerei Morgenrot GmbH',
    email: 'office@baeckerei-morgenrot.example',
    city: 'Münster',
    request: { de: 'Angaben zur Betriebshaftpflicht', en: 'Details for public liability cover' },
  },
  {
    id: 'tischlerei-eichenhain',
    name: 'Tischlerei Eichenhain KG',
    email: 'kontakt@tischlerei-eichenhain.example',
    city: 'Osnabrück',
    request: { de: 'Schadenmeldung Leitungswasser', en: 'Claim report, burst water pipe' },
  },
  {
    id: 'praxis-am-stadtpark',
    name: 'Zahnarztpraxis am Stadtpark',
    email: 'empfang@praxis-am-stadtpark.example',
    city: 'Bielefeld',
    request: { de: 'Risikofragen Cyberversicherung', en: 'Risk questions for cyber cover' },
  },
  {
    id: 'weingut-sonnhang',
    name: 'Weingut Sonnhang GbR',
    email: 'hof@weingut-sonnhang.example',
    city: 'Deidesheim',
    request: { de: 'Fahrzeugliste für die Flotte', en: 'List of vehicles for the fleet policy' },
  },
  {
    id: 'spedition-nordwind',
    name: 'Spedition Nordwind GmbH & Co. KG',
    email: 'buero@spedition-nordwind.example',
    city: 'Bremerhaven',
    request: { de: 'Nachweis der Umsatzsumme 2026', en: 'Statement of turnover for 2026' },
  },
];
