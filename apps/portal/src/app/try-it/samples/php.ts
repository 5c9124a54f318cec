import { RequestDescription, Value, Values } from '../request-description';
import { entries, expression, Language, literal } from './written';

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
