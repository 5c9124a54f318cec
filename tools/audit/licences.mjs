/** Licences that ask nothing of a program that is not distributed, beyond naming them. */
const ACCEPTED = [
  ...['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Zlib'],
  ...['BlueOak-1.0.0', 'CC0-1.0', 'CC-BY-3.0', 'CC-BY-4.0', 'Unlicense', 'WTFPL', 'Python-2.0'],
  ...['OFL-1.1', 'PostgreSQL', 'MPL-2.0', 'MPL 2.0', 'Artistic-2.0', 'UNLICENSED'],
  // Of libvips, which is linked at run time and unchanged.
  'LGPL-3.0-or-later',
];

/** Older packages state it in another field, or only in a file. */
const IN_WORDS = { 'passport-local': 'MIT', 'passport-strategy': 'MIT', pause: 'MIT' };

/** How many packages have each licence, the most frequent first. */
export function licencesOf({ packages }) {
  const counts = new Map();
  for (const { licence } of entries(packages)) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/**
 * What somebody has to decide: a licence that is new here, an install script that nobody has
 * reviewed.
 */
export function findings({ packages }, allowScripts) {
  const found = [];
  for (const { name, path, licence, hasInstallScript, dev } of entries(packages)) {
    if (!dev && !isAccepted(licence)) {
      found.push(
        `${name} has the licence '${licence}': may it be used? (tools/audit/licences.mjs)`,
      );
    }
    if (hasInstallScript && !(name in allowScripts)) {
      found.push(`${path} has an install script: put ${name} into allowScripts (package.json)`);
    }
  }
  return found;
}

/** `(A OR B)` needs one that is accepted, `A AND B` both. */
function isAccepted(licence) {
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((option) => option.split(' AND ').every((each) => ACCEPTED.includes(each.trim())));
}

function* entries(packages) {
  for (const [path, entry] of Object.entries(packages)) {
    if (!path.includes('node_modules/') || entry.link) continue;
    const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 13);
    yield { ...entry, path, name, licence: entry.license ?? IN_WORDS[name] ?? 'none' };
  }
}
