import { RequestDescription, Value } from '../request-description';
import { expression, Language, LinkDescription, literal, readsEnvironment } from './written';

const LANGUAGE: Language = {
  text: (value) => JSON.stringify(value),
  variable: (name) => `os.Getenv("${name}")`,
  plus: ' + ',
};

const CHECK = '\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n';

export function go(request: RequestDescription, open: boolean): string {
  const value = (one: Value) => expression(one, LANGUAGE, open);
  const { form, json } = request;
  const headers = {
    ...request.headers,
    ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
    ...(json && { 'Content-Type': 'application/json' }),
  };
  // Go refuses a package that is imported and not used.
  const packages = [
    ...(json ? ['bytes', 'encoding/json'] : []),
    'fmt',
    'io',
    'log',
    'net/http',
    ...(form ? ['net/url'] : []),
    ...(readsEnvironment(request, open) ? ['os'] : []),
    ...(form ? ['strings'] : []),
  ];
  const lines = [
    `package main\n\nimport (\n${packages.map((name) => `\t"${name}"\n`).join('')})\n\n`,
    'func main() {\n',
    form
      ? `\tform := url.Values{\n${Object.entries(form)
          .map(([name, one]) => `\t\t${LANGUAGE.text(name)}: {${value(one)}},\n`)
          .join('')}\t}\n`
      : '',
    json
      ? `\tsent, err := json.Marshal(${literal(json, { open: 'map[string]any{', close: '}', step: '\t', entry: (name, one) => `${LANGUAGE.text(name)}: ${one}`, value }, '\t')})\n${CHECK}`
      : '',
    `\trequest, err := http.NewRequest(${value(request.method)}, ${value(request.url)}, `,
    form ? 'strings.NewReader(form.Encode())' : json ? 'bytes.NewReader(sent)' : 'nil',
    `)\n${CHECK}`,
    ...Object.entries(headers).map(
      ([name, one]) => `\trequest.Header.Set(${LANGUAGE.text(name)}, ${value(one)})\n`,
    ),
    `\tanswer, err := http.DefaultClient.Do(request)\n${CHECK}`,
    '\tdefer answer.Body.Close()\n',
    `\tbody, err := io.ReadAll(answer.Body)\n${CHECK}`,
    '\t',
    'fmt.Println(answer.Status, string(body))\n}',
  ];
  return lines.join('');
}

const LINK_PACKAGES = ['crypto/rand', 'crypto/sha256', 'encoding/base64', 'fmt', 'net/url'];

export function goLink({ address, fixed }: LinkDescription): string {
  const lines = [
    `package main\n\nimport (\n${LINK_PACKAGES.map((name) => `\t"${name}"\n`).join('')})\n\n`,
    'func random() string {\n\tbytes := make([]byte, 32)\n\trand.Read(bytes)\n',
    '\treturn base64.RawURLEncoding.EncodeToString(bytes)\n}\n\n',
    'func main() {\n',
    '\t// Keep both in the user’s session until the browser comes back.\n',
    '\tcodeVerifier, state := random(), random()\n',
    '\tdigest := sha256.Sum256([]byte(codeVerifier))\n',
    '\tquery := url.Values{\n',
    ...Object.entries(fixed).map(
      ([name, value]) => `\t\t${LANGUAGE.text(name)}: {${LANGUAGE.text(value)}},\n`,
    ),
    '\t\t"state": {state},\n',
    '\t\t"code_challenge": {base64.RawURLEncoding.EncodeToString(digest[:])},\n',
    '\t\t"code_challenge_method": {"S256"},\n\t}\n\t',
    `fmt.Println(${LANGUAGE.text(`${address}?`)} + query.Encode())\n}`,
  ];
  return lines.join('');
}
