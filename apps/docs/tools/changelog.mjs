const DEVELOPERS = '### For developers of applications';

/**
 * The changelog as far as it concerns those who build on the API.
 * @param markdown CHANGELOG.md as a whole
 */
export function forDevelopers(markdown) {
  const [, ...versions] = markdown.split(/^(?=## )/m);
  const concerned = versions.map((version) => {
    const [heading] = version.split('\n', 1);
    const [, ...parts] = version.split(/^(?=### )/m);
    const own = parts.find((part) => part.startsWith(DEVELOPERS));
    return own && `${heading}\n\n${own.slice(DEVELOPERS.length).trim()}\n`;
  });
  return ['# Changelog of the API\n', ...concerned.filter(Boolean)].join('\n');
}
