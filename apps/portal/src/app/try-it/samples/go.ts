import { RequestDescription, Value } from '../request-description';
import { expression, Language, literal, readsEnvironment } from './written';

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
