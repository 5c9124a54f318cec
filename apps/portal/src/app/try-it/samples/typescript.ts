import { RequestDescription } from '../request-description';
import { entries, expression, Language, LinkDescription, literal } from './written';

const LANGUAGE: Language = {
  text: (value) =>
    `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`,
  variable: (name) => `process.env.${name}!`,
  plus: ' + ',
};

export function typescript(request: RequestDescription, open: boolean): string {
  const value = (one: Parameters<typeof expression>[0]) => expression(one, LANGUAGE, open);
  const headers = {
    ...request.headers,
    ...(request.json && { 'Content-Type': 'application/json' }),
  };
  const lines = [
    `const answer = await fetch(${value(request.url)}, {\n`,
    `  method: ${value(request.method)},\n`,
    Object.keys(headers).length > 0
      ? `  headers: {\n${entries(headers, (name, one) => `${key(name)}: ${value(one)},`, '    ')}  },\n`
      : '',
    request.form
      ? `  body: new URLSearchParams({\n${entries(request.form, (name, one) => `${key(name)}: ${value(one)},`, '    ')}  }),\n`
      : '',
    request.json
      ? `  body: JSON.stringify(${literal(request.json, { open: '{', close: '}', step: '  ', entry: (name, one) => `${key(name)}: ${one}`, value }, '  ')}),\n`
      : '',
    `});\n`,
    `console.log(answer.status, await answer.text());`,
  ];
  return lines.join('');
}

const key = (name: string) => (/^\w+$/.test(name) ? name : LANGUAGE.text(name));

export function typescriptLink({ address, fixed }: LinkDescription): string {
  const lines = [
    "import { createHash, randomBytes } from 'node:crypto';\n\n",
    '// Keep both in the user’s session until the browser comes back.\n',
    "const codeVerifier = randomBytes(32).toString('base64url');\n",
    "const state = randomBytes(16).toString('base64url');\n",
    'const query = new URLSearchParams({\n',
    entries(fixed, (name, value) => `${key(name)}: ${expression(value, LANGUAGE, true)},`, '  '),
    '  state,\n',
    "  code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),\n",
    "  code_challenge_method: 'S256',\n});\n",
    `console.log(${LANGUAGE.text(`${address}?`)} + query);`,
  ];
  return lines.join('');
}
