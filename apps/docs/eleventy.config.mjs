import { readFileSync } from 'node:fs';
import { forDevelopers } from './tools/changelog.mjs';
import { teach } from './tools/markdown.mjs';
import { pageOf } from './tools/navigation.mjs';

const fileOf = (inputPath) => inputPath.replace(/^\.\//, '');

/** Files of other folders, by the name under which they are in the guide's folder for Eleventy. */
const ELSEWHERE = {
  'docs/guide/contract.md': ['docs/contract.md', (markdown) => markdown],
  'docs/guide/changelog.md': ['CHANGELOG.md', forDevelopers],
};
const sourceOf = (inputPath) => ELSEWHERE[fileOf(inputPath)]?.[0] ?? fileOf(inputPath);

/** `docs/guide` as a site; `build.mjs` calls it. */
export default function (eleventy) {
  eleventy.setQuietMode(true);
  eleventy.addGlobalData('layout', 'page.11ty.mjs');
  eleventy.addGlobalData('site', () => ({ pageOf: (inputPath) => pageOf(sourceOf(inputPath)) }));
  eleventy.addGlobalData('permalink', () => ({ page }) => {
    const { path } = pageOf(sourceOf(page.inputPath));
    return `${path === 'guide' ? 'guide/index' : path}.html`;
  });
  for (const [name, [file, read]] of Object.entries(ELSEWHERE)) {
    eleventy.addTemplate(name.replace('docs/guide/', ''), read(readFileSync(file, 'utf8')));
  }
  eleventy.amendLibrary('md', (markdown) =>
    teach(markdown, ({ page }) => sourceOf(page.inputPath)),
  );
  return {
    dir: {
      input: 'docs/guide',
      includes: '../../apps/docs/layouts',
      output: 'apps/docs/dist/next',
    },
    templateFormats: ['md'],
    markdownTemplateEngine: false,
  };
}
