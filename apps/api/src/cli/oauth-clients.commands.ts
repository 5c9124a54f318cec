import { Command, Option } from 'commander';
import { ClientLogos, LOGO_BODY } from '../oauth-clients/client-logos.js';
import { ClientSecretRotateInput } from '../oauth-clients/client-secrets.dto.js';
import {
  type ClientSecret,
  ClientSecrets,
  type NewClientSecret,
} from '../oauth-clients/client-secrets.service.js';
import {
  NEEDED,
  OAuthClientCreateInput,
  OAuthClientUpdateInput,
} from '../oauth-clients/registry.dto.js';
import { ClientRegistry, type RegistryClient } from '../oauth-clients/registry.service.js';
import { type Resolve, withServices } from './application.js';
import { confirm, type Confirmed, yesOption } from './confirm.js';
import { CLIENT, findClient } from './find-client.js';
import { checked, imageFile } from './input.js';
import {
  type GivenProfile,
  profileOf,
  profileRows,
  withProfileOptions,
} from './oauth-client-profile.js';
import { requestsCommand } from './oauth-client-requests.command.js';
import {
  card,
  type Cell,
  jsonOption,
  type Output,
  table,
  type Terminal,
  toJson,
} from './terminal.js';

const PAGE_SIZE = 100;

/** The registry for a server without a portal. */
export function oauthClientsCommands(terminal: Terminal): Command {
  const group = new Command('oauth-clients').description(
    'The registry of third-party applications (OAuth clients).',
  );
  const withRegistry = <T>(work: (registry: ClientRegistry, resolve: Resolve) => Promise<T>) =>
    withServices(terminal.env, (resolve) => work(resolve(ClientRegistry), resolve));
  const show = (client: RegistryClient, { json }: Output, message: string) =>
    terminal.out(json ? toJson(client) : `${message}\n\n${clientCard(client)}`);

  group
    .command('list')
    .description('List the registered clients, newest first.')
    .addOption(jsonOption())
    .action(async ({ json }: Output) => {
      const clients = await withRegistry(listAll);
      terminal.out(json ? toJson(clients) : clientTable(clients));
    });

  group
    .command('show')
    .description('Show one client.')
    .argument('<client>', CLIENT)
    .addOption(jsonOption())
    .action(async (name: string, output: Output) => {
      const client = await withRegistry((registry) => findClient(registry, name));
      terminal.out(output.json ? toJson(client) : clientCard(client));
    });

  withProfileOptions(group.command('create'), NEEDED)
    .description('Register a client. A confidential one gets a secret, which is printed once.')
    .option('--client-id <id>', 'chosen instead of generated: 3 to 64 of A–Z a–z 0–9 - _')
    .addOption(
      new Option('--kind <kind>', 'whether it can keep a secret (required)')
        .choices(['confidential', 'public'])
        .makeOptionMandatory(),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  npm run cli -- oauth-clients create --client-id maklerwelt-crm --name "Maklerwelt CRM" \\
    --publisher "Maklerwelt Software GmbH" --kind confidential \\
    --redirect-uri https://maklerwelt.example/flixcheck/callback --scope readwrite`,
    )
    .action(async (given: GivenProfile & Output & { clientId?: string; kind: string }) => {
      const input = await checked(OAuthClientCreateInput, {
        ...profileOf(given),
        clientId: given.clientId,
        kind: given.kind,
      });
      const { secret, ...client } = await withRegistry((registry) => registry.create(input, null));
      if (given.json) terminal.out(toJson({ ...client, ...(secret && { secret }) }));
      else {
        terminal.out(`Registered.\n\n${clientCard(client)}`);
        if (secret) terminal.out(secretWords(secret));
      }
    });

  withProfileOptions(group.command('update'), [])
    .description(
      'Change a client. --redirect-uri, --scope and --account-id replace the whole list; an empty address removes one.',
    )
    .argument('<client>', CLIENT)
    .addOption(
      new Option('--logo <file>', 'a PNG, JPEG or WebP to show as its logo').conflicts('logoUri'),
    )
    .addOption(jsonOption())
    .action(async (name: string, { logo, ...given }: GivenProfile & Output & { logo?: string }) => {
      const patch = await checked(OAuthClientUpdateInput, profileOf(given));
      const picture = logo === undefined ? undefined : await imageFile(logo, LOGO_BODY);
      const client = await withRegistry(async (registry, resolve) => {
        const { id } = await findClient(registry, name);
        return picture
          ? resolve(ClientLogos).replace(id, picture, null, { patch })
          : registry.update(id, patch, null);
      });
      show(client, given, 'Changed.');
    });

  for (const [verb, status, message] of [
    ['disable', 'disabled', 'Disabled. All connections of this client have ended.'],
    [
      'enable',
      'active',
      'Enabled. Users have to connect again: connections that ended stay ended.',
    ],
  ] as const) {
    group
      .command(verb)
      .description(
        status === 'disabled'
          ? 'Disable a client: its connections end, and its tokens stop working at once.'
          : 'Enable a client again. Connections that ended stay ended.',
      )
      .argument('<client>', CLIENT)
      .addOption(jsonOption())
      .action(async (name: string, output: Output) => {
        const client = await withRegistry(async (registry) =>
          registry.update((await findClient(registry, name)).id, { status }, null),
        );
        show(client, output, message);
      });
  }

  group
    .command('delete')
    .description(
      'Delete a client for good: its connections end, and its clientId is never given out again.',
    )
    .argument('<client>', CLIENT)
    .addOption(yesOption())
    .action(async (name: string, confirmed: Confirmed) => {
      const client = await withRegistry(async (registry) => {
        const found = await findClient(registry, name);
        const harm = `This deletes ${found.clientId} (${found.name}) for good and ends all its connections.`;
        await confirm(terminal, harm, confirmed);
        await registry.remove(found.id, null);
        return found;
      });
      terminal.out(`Deleted ${client.clientId}. All connections of this client have ended.`);
    });

  group.addCommand(requestsCommand(terminal));
  group.addCommand(secretsCommands(terminal));
  return group;
}

function secretsCommands(terminal: Terminal): Command {
  const group = new Command('secrets')
    .summary('rotate the secrets of confidential clients')
    .description(
      'Rotate a secret: add a new one, give it to the client, remove the old one. Two may be live.',
    );
  const withSecrets = <T>(
    name: string,
    work: (secrets: ClientSecrets, client: RegistryClient) => Promise<T>,
  ) =>
    withServices(terminal.env, async (resolve) =>
      work(resolve(ClientSecrets), await findClient(resolve(ClientRegistry), name)),
    );

  group
    .command('list')
    .description('List the live secrets of a client, without their values.')
    .argument('<client>', CLIENT)
    .addOption(jsonOption())
    .action(async (name: string, { json }: Output) => {
      const secrets = await withSecrets(name, (_, client) => Promise.resolve(client.secrets));
      terminal.out(json ? toJson(secrets) : secretTable(secrets));
    });

  group
    .command('add')
    .description('Add a secret. Its value is printed once.')
    .argument('<client>', CLIENT)
    .option('--name <name>', 'what to call it, to know who uses it')
    .option(
      '--expire-others-after-seconds <seconds>',
      'let the other one expire after this time',
      Number,
    )
    .addOption(jsonOption())
    .action(async (name: string, given: Output & Partial<ClientSecretRotateInput>) => {
      const { name: called, expireOthersAfterSeconds } = given;
      const input = await checked(ClientSecretRotateInput, {
        name: called,
        expireOthersAfterSeconds,
      });
      const secret = await withSecrets(name, (secrets, client) =>
        secrets.rotate(client.id, input, null),
      );
      terminal.out(given.json ? toJson(secret) : `Added.\n${secretWords(secret)}`);
    });

  group
    .command('remove')
    .description('Remove a secret, which stops working at once.')
    .argument('<client>', CLIENT)
    .argument('<secret>', 'the id of the secret, or its last four characters')
    // One of 64 secrets has a hyphen there, and would be taken for an option.
    .allowUnknownOption()
    .action(async (name: string, which: string) => {
      await withSecrets(name, (secrets, client) => {
        const named = client.secrets.filter(({ lastFour }) => lastFour === which);
        const id = named.length === 1 ? named[0]?.id : which;
        return secrets.remove(client.id, id ?? which, null);
      });
      terminal.out('Removed.');
    });
  return group;
}

async function listAll(registry: ClientRegistry): Promise<RegistryClient[]> {
  const clients: RegistryClient[] = [];
  let cursor: string | undefined;
  do {
    const page = await registry.list(cursor ? { limit: PAGE_SIZE, cursor } : { limit: PAGE_SIZE });
    clients.push(...page.resources);
    cursor = page.meta.nextCursor;
  } while (cursor !== undefined);
  return clients;
}

function clientTable(clients: RegistryClient[]): string {
  const rows = clients.map((client): Cell[] => [
    client.clientId,
    client.name,
    client.publisher,
    client.kind,
    client.scopes.join(' '),
    client.status,
    client.secrets.map(({ lastFour }) => `…${lastFour}`).join(' '),
  ]);
  const headings = ['clientId', 'name', 'publisher', 'kind', 'scopes', 'status', 'secrets'];
  return table(headings, rows, 'No clients yet. Register one with: oauth-clients create --help');
}

function clientCard(client: RegistryClient): string {
  const accountIds = client.accounts?.map(({ id, name }) => `${id} ${name}`) ?? null;
  return card([
    ['id', client.id],
    ['clientId', client.clientId],
    ['kind', client.kind],
    ['status', client.status],
    ...profileRows({ ...client, accountIds }),
    ['secrets', client.secrets.map((secret) => `…${secret.lastFour} ${secretLife(secret)}`)],
    ['created', client.createdAt],
    ['updated', client.updatedAt],
  ]);
}

function secretTable(secrets: ClientSecret[]): string {
  const rows = secrets.map((secret): Cell[] => [
    secret.id,
    secret.name,
    `…${secret.lastFour}`,
    secret.createdAt,
    secret.expiresAt ?? 'never',
    secret.lastUsedAt ?? 'never',
  ]);
  return table(
    ['id', 'name', 'value', 'created', 'expires', 'last used'],
    rows,
    'This client has no secrets.',
  );
}

function secretLife({ createdAt, expiresAt, lastUsedAt }: ClientSecret): string {
  return [
    `since ${createdAt.toISOString()}`,
    ...(expiresAt ? [`until ${expiresAt.toISOString()}`] : []),
    lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'not used yet',
  ].join(', ');
}

function secretWords({ id, value }: Pick<NewClientSecret, 'id' | 'value'>): string {
  return `\n${card([
    ['secret id', id],
    ['secret', value],
  ])}\n\nThe secret is shown this once: only its hash is stored. Send it to the publisher over a secure channel.`;
}
