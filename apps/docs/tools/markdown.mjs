import { readFileSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path/posix';
import { pages } from './navigation.mjs';

/** What the examples are written for; in the page, the browser puts its own values in. */
const FILLED = {
  'http://localhost:3000': 'origin',
  'maklerwelt-crm-demo-secret': 'client-secret',
  'maklerwelt-crm': 'client-id',
  'http://localhost:4000/callback': 'redirect-uri',
};
const FILLABLE = new RegExp(Object.keys(FILLED).join('|'), 'g');

/**
 * Makes Markdown that GitHub shows well into pages of the site: headings have GitHub's anchors,
 * links lead to the site's pages, and a paragraph that is only a link to a program shows the program.
 * @param fileOf the Markdown file of the page that is being rendered
 */
export function teach(markdown, fileOf) {
  const { rules } = markdown.renderer;
  markdown.core.ruler.push('site', ({ tokens, env }) => {
    const used = new Map();
    tokens.forEach((token, index) => {
      if (token.type === 'heading_open') {
        token.attrSet('id', anchorOf(tokens[index + 1], used));
      }
      if (token.type === 'inline') {
        resolveLinks(token.children, fileOf(env));
        showProgram(tokens, index, fileOf(env));
      }
    });
  });
  const code = (content, language) =>
    `<pre tabindex="0" data-language="${language}"><code>${fillable(markdown.utils.escapeHtml(content))}</code></pre>\n`;
  rules.fence = (tokens, index) => code(tokens[index].content, tokens[index].info.trim());
  rules.code_inline = (tokens, index) =>
    `<code>${fillable(markdown.utils.escapeHtml(tokens[index].content))}</code>`;
  rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  rules.table_close = () => '</table></div>\n';
}

/** As GitHub makes them: the second of the same name ends with -1. */
function anchorOf(inline, used) {
  const text = inline.children.map(({ content }) => content).join('');
  const anchor = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
  const count = used.get(anchor) ?? 0;
  used.set(anchor, count + 1);
  return count === 0 ? anchor : `${anchor}-${count}`;
}

/** Links to what the site does not have become text: whoever reads it has no repository. */
function resolveLinks(children, from) {
  let isGone = false;
  for (const token of children) {
    if (token.type === 'link_close' && isGone) {
      Object.assign(token, { type: 'text', content: '' });
      isGone = false;
    }
    if (token.type !== 'link_open') continue;
    const [target, fragment] = token.attrGet('href').split('#');
    if (/^[a-z]+:/.test(target) || target === '') continue;
    const file = normalize(join(dirname(from), target));
    const page = pages.find((each) => each.file === file);
    if (file.startsWith('docs/collections/')) {
      token.attrSet('href', `/${file}`);
      token.attrSet('download', '');
    } else if (page) {
      token.attrSet('href', `/docs/${page.path}${fragment ? `#${fragment}` : ''}`);
    } else {
      token.attrSet('data-file', file);
      Object.assign(token, { type: 'text', content: '' });
      isGone = true;
    }
  }
}

function showProgram(tokens, index, from) {
  const [link, , , ...more] = tokens[index].children;
  const file = link?.attrGet?.('data-file');
  if (!file || more.length > 0 || !extname(file)) return;
  if (tokens[index - 1].type !== 'paragraph_open') return;
  const content = readFileSync(file, 'utf8');
  if (/^import .* from '\.\.?\//m.test(content)) {
    throw new Error(`${from} shows ${file}, which does not stand alone.`);
  }
  const info = extname(file).slice(1);
  Object.assign(tokens[index], { type: 'fence', tag: 'code', content, info, children: null });
  tokens[index - 1].hidden = true;
  tokens[index + 1].hidden = true;
}

function fillable(html) {
  return html.replace(FILLABLE, (value) => `<span data-fill="${FILLED[value]}">${value}</span>`);
}
