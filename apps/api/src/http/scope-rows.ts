import { SCOPE_TABLE, SCOPES } from '@flixcheck/oauth-protocol';

const HEADER = ['scope', 'what it allows', 'includes'];
const TABLE = /\| scope +\|.*\n(?:\|.*\n)+/;

/** A guide in Markdown with its table of scopes as the code has it. */
export function withScopeRows(markdown: string): string {
  const rows = SCOPES.map((scope) => {
    const { meaning, includes } = SCOPE_TABLE[scope];
    return [code(scope), meaning, includes.map(code).join(', ')];
  });
  const widths = HEADER.map((_, column) =>
    Math.max(...[HEADER, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  const lines = [HEADER, rule, ...rows].map((row) =>
    widths.map((width, column) => `| ${(row[column] ?? '').padEnd(width)} `).join(''),
  );
  return markdown.replace(TABLE, () => `${lines.join('|\n')}|\n`);
}

function code(scope: string): string {
  return `\`${scope}\``;
}
