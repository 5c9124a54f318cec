import { Command } from 'commander';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { withServices } from './application.js';
import { UsageError } from './explain.js';
import { type Cell, jsonOption, type Output, table, type Terminal, toJson } from './terminal.js';

/** The keys that sign access tokens. Running nodes follow at once, without a restart. */
export function signingKeysCommands(terminal: Terminal): Command {
  const group = new Command('signing-keys').description(
    'The keys that sign access tokens. Running nodes follow at once.',
  );
  const withKeys = <T>(work: (keys: SigningKeys) => Promise<T>) =>
    withServices(terminal.env, (resolve) => work(resolve(SigningKeys)));

  group
    .command('list')
    .description('List the keys, newest first.')
    .addOption(jsonOption())
    .action(async ({ json }: Output) => {
      const keys = await withKeys((service) => service.list());
      const rows = keys.map(({ kid, status, createdAt, signsFrom, revokedAt, secret }): Cell[] => [
        kid,
        status,
        createdAt,
        signsFrom,
        revokedAt,
        secret,
      ]);
      const headings = ['kid', 'status', 'created', 'signs from', 'revoked', 'secret'];
      terminal.out(json ? toJson(keys) : table(headings, rows, 'No keys yet.'));
    });

  group
    .command('rotate')
    .description(
      'Add a key. It is published first and signs once every verifier has had time to fetch it; live tokens stay valid.',
    )
    .option('--now', 'sign with it at once: for when the current key must not sign any more')
    .addOption(jsonOption())
    .action(async ({ now = false, json }: Output & { now?: boolean }) => {
      const key = await withKeys(async (service) => {
        if (!(await service.isOurs())) {
          throw new UsageError(
            'None of the signing keys can be decrypted with this APP_SECRET, so the nodes could not use a key that it creates. Run the command with the APP_SECRET of the nodes.',
          );
        }
        const kid = await service.rotate({ immediately: now });
        return (await service.list()).find((listed) => listed.kid === kid);
      });
      if (!key) throw new UsageError('The new key has already been removed again.');
      terminal.out(
        json
          ? toJson(key)
          : `Added ${key.kid}, which signs ${now ? 'from now on' : `from ${key.signsFrom.toISOString()} on`}.`,
      );
    });

  group
    .command('revoke')
    .description(
      'Revoke a key: every token that it signed is refused at once. If it was the signing key, another takes over.',
    )
    .argument('<kid>', 'the id that `signing-keys list` shows')
    .action(async (kid: string) => {
      const revoked = await withKeys((service) => service.revoke(kid));
      if (!revoked) throw new UsageError(`There is no key '${kid}' to revoke.`);
      terminal.out(`Revoked ${kid}. Clients get new access tokens with their refresh tokens.`);
    });
  return group;
}
