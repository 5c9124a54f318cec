const LOGINS = [
  ['admin@musterhaus.example', 'admin', 'Musterhaus Versicherungsmakler GmbH'],
  ['user@musterhaus.example', 'member', 'Musterhaus Versicherungsmakler GmbH'],
  ['admin@beispiel.example', 'admin', 'Beispiel Assekuranz AG'],
  ['operator@flixcheck.example', 'operator', 'Flixcheck'],
];
const PASSWORD = 'demo-passwort-2026';

/** Where everything is, and with whom to sign in. */
export function* welcome({ url, demoUrl, demo, mailbox }, { bold, cyan, dim }) {
  yield '';
  yield bold('Flixcheck Connect is running');
  yield '';
  const addresses = [
    ['Portal', `${url}/portal/`],
    ['Swagger UI', `${url}/docs`],
    ['Documentation', `${url}/docs/guide`],
    ...(demoUrl ? [['Demo third party', demoUrl]] : []),
    ...(mailbox ? [['E-mails it sends', `${url}/portal/demo/mail`]] : []),
  ];
  for (const [label, address] of addresses) yield `  ${label.padEnd(18)}${cyan(address)}`;
  yield '';
  if (!demo) return;
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
