const LOGINS = [
  ['admin@musterhaus.example', 'admin', 'Musterhaus Versicherungsmakler GmbH'],
  ['user@musterhaus.example', 'member', 'Musterhaus Versicherungsmakler GmbH'],
  ['admin@beispiel.example', 'admin', 'Beispiel Assekuranz AG'],
  ['operator@flixcheck.example', 'operator', 'Flixcheck'],
];
const FIRST_STEPS = [
  'npm run cli -- accounts create --name Flixcheck',
  'npm run cli -- users create-operator --email operator@flixcheck.example',
];
const PASSWORD = 'demo-passwort-2026';

/** Whether what DEMO_DATA says, or its absence, means demo data. */
export const isOn = (demoData) => !['off', 'false', '0'].includes(demoData?.trim());

/** Where everything is, and with whom to sign in. */
export function* welcome({ url, demoUrl, demo, mailbox }, { bold, cyan, dim }) {
  yield '';
  yield bold('Flixcheck Connect is running');
  yield '';
  const addresses = [
    ['Portal', `${url}/portal/`],
    ['Swagger UI', `${url}/docs`],
    ['Documentation', `${url}/docs/guide`],
    ...(demo && demoUrl ? [['Demo third party', demoUrl]] : []),
    ...(mailbox ? [['E-mails it sends', `${url}/portal/demo/mail`]] : []),
  ];
  for (const [label, address] of addresses) yield `  ${label.padEnd(18)}${cyan(address)}`;
  yield '';
  if (!demo) {
    yield '  There is no demo data. Unless there are accounts, make the first one in another terminal:';
    for (const command of FIRST_STEPS) yield `    ${cyan(command)}`;
    yield '';
    return;
  }
  yield `  ${'Sign in as'.padEnd(18)}${dim('password of all: ')}${PASSWORD}`;
  for (const [email, role, account] of LOGINS) {
    yield `    ${email.padEnd(28)}${role.padEnd(10)}${dim(account)}`;
  }
  yield '';
  if (demoUrl) {
    yield `  Begin at ${cyan(demoUrl)}: connect it, and watch it work in your name.`;
    yield '';
  }
}
