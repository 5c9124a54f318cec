/**
 * Runs before the first paint, from a file of its own because the content security policy allows
 * no inline script: puts on the chosen theme, so that nothing flashes, and asks for the page's own
 * chunks, texts and first answers beside the main bundle instead of after it.
 */
import { askFirst } from './app/api/first-answers';
import { FIRST_REQUESTS } from './app/first-requests';
import { firstLanguage, firstTheme, putOn } from './app/i18n/first-choice';

/** Files by page: its own, and those of its texts in each language. The build fills it in. */
declare const FX_FILES: Record<string, Record<'chunks' | 'de' | 'en', string[]>>;

const language = firstLanguage(window);
document.documentElement.lang = language;
putOn(firstTheme(window), document.documentElement);

const page = location.pathname.slice(new URL(document.baseURI).pathname.length);
const files = FX_FILES[page];
for (const file of files ? [...files.chunks, ...files[language]] : []) {
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = file;
  document.head.append(link);
}
const requests = FIRST_REQUESTS[page];
if (requests) askFirst(requests(location.search));
