import { RequestDescription, Value, Values } from '../request-description';
import { entries, expression, Language, LinkDescription, literal } from './written';

const LANGUAGE: Language = {
  text: (value) => `'${value.replace(/[\\']/g, (sign) => `\\${sign}`)}'`,
  variable: (name) => `getenv('${name}')`,
  plus: ' . ',
};

export function php(request: RequestDescription, open: boolean): string {
  const value = (one: Value) => expression(one, LANGUAGE, open);
  const headers: Values = {
    ...request.headers,
    ...(request.json && { 'Content-Type': 'application/json' }),
  };
  const named = Object.entries(headers).map(([name, one]) =>
    typeof one === 'string'
      ? LANGUAGE.text(`${name}: ${one}`)
      : value({ ...one, prefix: `${name}: ${one.prefix ?? ''}` }),
  );
  const lines = [
    `<?php\n\n$curl = curl_init(${value(request.url)});\n`,
    'curl_setopt_array($curl, [\n    CURLOPT_RETURNTRANSFER => true,\n',
    request.method === 'GET' ? '' : `    CURLOPT_CUSTOMREQUEST => ${value(request.method)},\n`,
    named.length > 0
      ? `    CURLOPT_HTTPHEADER => [\n${named.map((line) => `        ${line},\n`).join('')}    ],\n`
      : '',
    request.form
      ? `    CURLOPT_POSTFIELDS => http_build_query([\n${entries(request.form, (name, one) => `${LANGUAGE.text(name)} => ${value(one)},`, '        ')}    ]),\n`
      : '',
    request.json
      ? `    CURLOPT_POSTFIELDS => json_encode(${literal(request.json, { open: '[', close: ']', step: '    ', entry: (name, one) => `${LANGUAGE.text(name)} => ${one}`, value }, '    ')}),\n`
      : '',
    ']);\n$body = curl_exec($curl);\n',
    "echo curl_getinfo($curl, CURLINFO_RESPONSE_CODE), ' ', $body, PHP_EOL;",
  ];
  return lines.join('');
}

export function phpLink({ address, fixed }: LinkDescription): string {
  const lines = [
    "<?php\n\n$base64url = fn ($bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');\n",
    '// Keep both in the user’s session until the browser comes back.\n',
    '$codeVerifier = $base64url(random_bytes(32));\n',
    '$state = $base64url(random_bytes(16));\n',
    '$query = http_build_query([\n',
    entries(
      fixed,
      (name, value) => `${LANGUAGE.text(name)} => ${expression(value, LANGUAGE, true)},`,
      '    ',
    ),
    "    'state' => $state,\n",
    "    'code_challenge' => $base64url(hash('sha256', $codeVerifier, true)),\n",
    "    'code_challenge_method' => 'S256',\n]);\n",
    `echo ${LANGUAGE.text(`${address}?`)}, $query, PHP_EOL;`,
  ];
  return lines.join('');
}
