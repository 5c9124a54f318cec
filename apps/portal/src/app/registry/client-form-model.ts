import { isSameData } from '../api/same-data';
import { ClientChanges, ClientInput, RegistryClient } from '../api/types';

/** What the form holds: addresses that are missing are empty. */
export interface ClientFormModel {
  name: string;
  description: string;
  descriptionEn: string;
  homepageUri: string;
  privacyPolicyUri: string;
  startUri: string;
  publisher: string;
  publisherVerified: boolean;
  contactEmail: string;
  kind: 'confidential' | 'public';
  clientId: string;
  redirectUris: string[];
  requirePkce: boolean;
  scopes: string[];
  listed: boolean;
  /** The companies that it is meant for; null: every one. */
  accountIds: string[] | null;
}

export type ClientField = keyof ClientFormModel;

/** The label of each field, for the form and for what somebody else has changed. */
export const FIELD_LABELS: Record<ClientField, string> = {
  name: 'registry.field.name.label',
  description: 'registry.field.description.label',
  descriptionEn: 'registry.field.descriptionEn.label',
  homepageUri: 'registry.field.homepageUri.label',
  privacyPolicyUri: 'registry.field.privacyPolicyUri.label',
  startUri: 'registry.field.startUri.label',
  publisher: 'registry.field.publisher.label',
  publisherVerified: 'registry.field.publisherVerified.label',
  contactEmail: 'registry.field.contactEmail.label',
  kind: 'registry.field.kind.label',
  clientId: 'registry.field.clientId.label',
  redirectUris: 'registry.field.redirectUris.label',
  requirePkce: 'registry.field.requirePkce.label',
  scopes: 'registry.field.scopes.label',
  listed: 'registry.field.listed.label',
  accountIds: 'registry.field.accountIds.label',
};

export type Visibility = 'all' | 'chosen' | 'none';

/** Whom an application is offered to. */
export const VISIBILITIES: readonly { value: Visibility; text: string; hint: string }[] = [
  { value: 'all', text: 'registry.field.listed.all', hint: 'registry.field.listed.allHint' },
  {
    value: 'chosen',
    text: 'registry.field.listed.chosen',
    hint: 'registry.field.listed.chosenHint',
  },
  { value: 'none', text: 'registry.field.listed.none', hint: 'registry.field.listed.noneHint' },
];

/**
 * A new one may do the least, is seen by nobody until somebody has tried it, and proves itself as
 * well as it can.
 */
const EMPTY: ClientFormModel = {
  name: '',
  description: '',
  descriptionEn: '',
  homepageUri: '',
  privacyPolicyUri: '',
  startUri: '',
  publisher: '',
  publisherVerified: false,
  contactEmail: '',
  kind: 'confidential',
  clientId: '',
  redirectUris: [''],
  requirePkce: true,
  scopes: [],
  listed: false,
  accountIds: null,
};

export function toModel(client: RegistryClient | null): ClientFormModel {
  if (!client) return { ...EMPTY };
  const { name, description, descriptionEn, publisher, publisherVerified } = client;
  return {
    name,
    description,
    descriptionEn,
    publisher,
    publisherVerified,
    homepageUri: client.homepageUri ?? '',
    privacyPolicyUri: client.privacyPolicyUri ?? '',
    startUri: client.startUri ?? '',
    contactEmail: client.contactEmail ?? '',
    kind: client.kind,
    clientId: client.clientId,
    redirectUris: [...client.redirectUris],
    requirePkce: client.requirePkce,
    scopes: [...client.scopes],
    listed: client.listed,
    accountIds: client.accountIds && [...client.accountIds],
  };
}

/** The fields in which two versions differ. */
export function differences(one: ClientFormModel, other: ClientFormModel): ClientField[] {
  const [left, right] = [toInput(one), toInput(other)];
  return (Object.keys(FIELD_LABELS) as ClientField[]).filter(
    (field) => !isSameData(left[field], right[field]),
  );
}

/** What somebody has typed on top of `base`, on top of `present`. */
export function rebased(
  base: ClientFormModel,
  mine: ClientFormModel,
  present: ClientFormModel,
): ClientFormModel {
  const typed = differences(base, mine).map((field) => [field, mine[field]]);
  return { ...present, ...(Object.fromEntries(typed) as Partial<ClientFormModel>) };
}

export function toCreateInput(model: ClientFormModel): ClientInput {
  const { clientId, ...input } = toInput(model);
  return { ...input, ...(clientId === '' ? {} : { clientId }) } as ClientInput;
}

export function toChanges(base: ClientFormModel, model: ClientFormModel): ClientChanges {
  const input = toInput(model);
  return Object.fromEntries(differences(base, model).map((field) => [field, input[field]]));
}

/** As the API takes it: nothing but white space is nothing. */
function toInput(model: ClientFormModel): Record<ClientField, unknown> {
  const address = (text: string) => text.trim() || null;
  return {
    ...model,
    name: model.name.trim(),
    description: model.description.trim(),
    descriptionEn: model.descriptionEn.trim(),
    publisher: model.publisher.trim(),
    clientId: model.clientId.trim(),
    homepageUri: address(model.homepageUri),
    privacyPolicyUri: address(model.privacyPolicyUri),
    startUri: address(model.startUri),
    contactEmail: address(model.contactEmail),
    redirectUris: model.redirectUris.map((uri) => uri.trim()),
    scopes: [...model.scopes].sort(),
    accountIds: model.accountIds && [...model.accountIds].sort(),
  };
}
