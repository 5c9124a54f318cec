import { OAuthScope } from '../app/api/types';

const word = (de: string, en: string) => ({ de, en });

/** A table as the API gives it out; that the last one is there must not matter to any page. */
export const KNOWN_SCOPES: OAuthScope[] = [
  {
    scope: 'read',
    includes: [],
    viewOnly: true,
    meaning: 'See what the user sees',
    name: word('Nur ansehen', 'View only'),
    rights: [
      word('Flixchecks und deren Stand ansehen', 'See Flixchecks and their progress'),
      word('Den Namen sehen', 'See the name'),
    ],
  },
  {
    scope: 'readwrite',
    includes: ['read'],
    viewOnly: false,
    meaning: 'See and change what the user may change',
    name: word('Ansehen, anlegen und ändern', 'View, create and change'),
    rights: [word('Flixchecks anlegen und ändern', 'Create and change Flixchecks')],
  },
  {
    scope: 'checks:delete',
    includes: [],
    viewOnly: false,
    meaning: 'Delete checks',
    name: word('Löschen', 'Delete'),
    rights: [word('Flixchecks löschen', 'Delete Flixchecks')],
  },
];
