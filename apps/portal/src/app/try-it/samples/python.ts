import { RequestDescription, Value } from '../request-description';
import {
  entries,
  expression,
  Language,
  LinkDescription,
  literal,
  readsEnvironment,
} from './written';

const LANGUAGE: Language = {
  text: (value) => JSON.stringify(value),
  variable: (name) => `os.environ["${name}"]`,
  plus: ' + ',
};

export function python(request: RequestDescription, open: boolean): string {
  const value = (one: Value) => expression(one, LANGUAGE, open);
  const entry = (name: string, one: Value) => `${LANGUAGE.text(name)}: ${value(one)},`;
  const headers = {
    ...request.headers,
    ...(request.json && { 'Content-Type': 'application/json' }),
  };
  const lines = [
    request.json ? 'import json\n' : '',
    readsEnvironment(request, open) ? 'import os\n' : '',
    'import urllib.error\n',
    request.form ? 'import urllib.parse\n' : '',
    'import urllib.request\n\n',
    'request = urllib.request.Request(\n',
    `    ${value(request.url)},\n`,
    `    method=${value(request.method)},\n`,
    Object.keys(headers).length > 0
      ? `    headers={\n${entries(headers, entry, '        ')}    },\n`
      : '',
    request.form
      ? `    data=urllib.parse.urlencode({\n${entries(request.form, entry, '        ')}    }).encode(),\n`
      : '',
    request.json
      ? `    data=json.dumps(${literal(request.json, { open: '{', close: '}', step: '    ', entry: (name, one) => `${LANGUAGE.text(name)}: ${one}`, value }, '    ')}).encode(),\n`
      : '',
    ')\n',
    'try:\n    answer = urllib.request.urlopen(request)\n',
    'except urllib.error.HTTPError as refused:\n    answer = refused\n',
    'print(answer.status, answer.read().decode())',
  ];
  return lines.join('');
}

export function pythonLink({ address, fixed }: LinkDescription): string {
  const lines = [
    'import base64\nimport hashlib\nimport secrets\nimport urllib.parse\n\n',
    '# Keep both in the user’s session until the browser comes back.\n',
    'code_verifier = secrets.token_urlsafe(32)\n',
    'state = secrets.token_urlsafe(16)\n',
    'digest = hashlib.sha256(code_verifier.encode()).digest()\n',
    'query = urllib.parse.urlencode({\n',
    entries(
      fixed,
      (name, value) => `${LANGUAGE.text(name)}: ${expression(value, LANGUAGE, true)},`,
      '    ',
    ),
    '    "state": state,\n',
    '    "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),\n',
    '    "code_challenge_method": "S256",\n})\n',
    `print(${LANGUAGE.text(`${address}?`)} + query)`,
  ];
  return lines.join('');
}
