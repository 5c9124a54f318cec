/** A page by the Markdown file that it is made of: where it is, and what leads to it. */
const page = (file, path, label, more = {}) => ({ file, path, label, ...more });
const guide = (name, label, more) => page(`docs/guide/${name}.md`, `guide/${name}`, label, more);

/** All pages, in the order in which the site lists them. A Markdown file without a place fails the build. */
export const sections = [
  {
    title: 'Begin',
    pages: [
      page('docs/guide/index.md', 'guide', 'Overview'),
      guide('quick-start', 'Quick start'),
      guide('flow', 'The flow'),
      guide('postman', 'Postman and Bruno'),
    ],
  },
  {
    title: 'In your language',
    pages: [
      guide('typescript', 'TypeScript'),
      guide('python', 'Python'),
      guide('go', 'Go'),
      guide('php', 'PHP'),
      guide('ruby', 'Ruby'),
      guide('java', 'Java'),
      guide('perl', 'Perl'),
    ],
  },
  {
    title: 'Tokens',
    pages: [
      guide('scopes', 'Scopes'),
      guide('refreshing', 'Refreshing'),
      guide('revocation', 'When access ends'),
      guide('tokens', 'Verifying tokens'),
    ],
  },
  {
    title: 'Look up',
    pages: [
      page('docs/guide/errors.md', 'errors', 'Error codes'),
      page('docs/guide/doctor.md', 'doctor', 'The doctor'),
      guide('request-log', 'Request log'),
      guide('reference', 'Endpoints and limits'),
      page('docs/contract.md', 'contract', 'Contract'),
      page('CHANGELOG.md', 'changelog', 'Changelog'),
    ],
  },
  {
    title: 'For your users',
    pages: [guide('verbindungen', 'Verbindungen', { language: 'de' })],
  },
];

export const pages = sections.flatMap((section) => section.pages);

/** @throws Error where the site has no such page */
export function pageOf(file) {
  const found = pages.find((each) => each.file === file);
  if (!found) throw new Error(`${file} has no place in apps/docs/tools/navigation.mjs.`);
  return found;
}
