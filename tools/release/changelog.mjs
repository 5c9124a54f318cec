const UNRELEASED = /^## Unreleased\n+([\s\S]*?)(?=^## |(?![\s\S]))/m;

/**
 * CHANGELOG.md with a section for a release: what somebody has written under "Unreleased" for the
 * people who read it, or else the commits that concern them.
 * @param before the file as it is
 * @param commits what Nx makes of the commits: a heading, then groups
 */
export function withRelease(before, { version, date, commits }) {
  const written = UNRELEASED.exec(before)?.[1].trim();
  const text = written || commits.replace(/^#.*\n+/, '').trim();
  const section = `## ${version} (${date})\n\n${text}\n\n`;
  if (written !== undefined) return `${before.replace(UNRELEASED, () => section).trim()}\n`;
  const first = before.search(/^## /m);
  const head = first < 0 ? before : before.slice(0, first);
  return `${`${head.trim()}\n\n${section}${first < 0 ? '' : before.slice(first)}`.trim()}\n`;
}
