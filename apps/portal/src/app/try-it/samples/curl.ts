import { isSecret, JsonBody, plain, RequestDescription, Value } from '../request-description';
import { LinkDescription } from './written';

export function curl(request: RequestDescription, open: boolean): string {
  const quoted = (name: string, value: Value) => word(name, value, open);
  const lines = [
    `curl -i ${quoted('', request.url)}`,
    ...Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: `, value)}`),
    ...Object.entries(request.form ?? {}).map(
      ([name, value]) => `--data-urlencode ${quoted(`${name}=`, value)}`,
    ),
    ...(request.json
      ? [`-H 'Content-Type: application/json'`, `-d ${json(request.json, open)}`]
      : []),
  ];
  return lines.join(' \\\n  ');
}

/** In single quotes, where nothing means anything to the shell but variables, which stand outside. */
function word(before: string, value: Value, open: boolean): string {
  if (typeof value === 'string' || (open && value.value !== null)) {
    return single(before + plain(value));
  }
  const { prefix = '', suffix = '', variable } = value;
  return [before + prefix, suffix]
    .map((text) => text.replace(/["$`\\]/g, (sign) => `\\${sign}`))
    .join(suffix ? `\${${variable}}` : `$${variable}`)
    .replace(/^|$/g, '"');
}

function json(body: JsonBody, open: boolean): string {
  const parts = (value: Value | JsonBody): string => {
    if (typeof value === 'string') return inside(JSON.stringify(value));
    if (isSecret(value)) {
      if (open && value.value !== null) return inside(JSON.stringify(plain(value)));
      return `"${value.prefix ?? ''}'"$${value.variable}"'${value.suffix ?? ''}"`;
    }
    const members = Object.entries(value).map(
      ([name, inner]) => `${JSON.stringify(name)}:${parts(inner)}`,
    );
    return `{${members.join(',')}}`;
  };
  return `'${parts(body)}'`;
}

const single = (text: string) => `'${inside(text)}'`;
const inside = (text: string) => text.replaceAll("'", `'\\''`);

export function curlLink({ address, fixed }: LinkDescription): string {
  return [
    '# Keep both in the user’s session until the browser comes back.',
    'CODE_VERIFIER=$(openssl rand -hex 32)',
    'STATE=$(openssl rand -hex 16)',
    'CODE_CHALLENGE=$(printf %s "$CODE_VERIFIER" | openssl dgst -sha256 -binary \\',
    "  | openssl base64 -A | tr '+/' '-_' | tr -d =)",
    `echo ${single(`${address}?${new URLSearchParams(fixed)}`)}"\\`,
    '&state=$STATE&code_challenge=$CODE_CHALLENGE&code_challenge_method=S256"',
  ].join('\n');
}
