import { sections } from '../tools/navigation.mjs';

/** Around each page: the same header, the list of all pages, and nothing that the policy refuses. */
export default function ({ content, page, site }) {
  const here = site.pageOf(page.inputPath);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${here.label} · Flixcheck for developers</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f6f5f1" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0e1719" media="(prefers-color-scheme: dark)">
<link rel="icon" type="image/svg+xml" href="/docs/assets/favicon.svg">
<link rel="preload" href="/docs/assets/figtree-latin-wght-normal.woff2" as="font" type="font/woff2" crossorigin>
<script src="/docs/assets/theme.js"></script>
<link rel="stylesheet" href="/docs/assets/site.css">
<script src="/docs/assets/site.js" type="module"></script>
</head>
<body>
<a class="fx-skip-link" href="#main">Skip to the content</a>
<header class="bar">
<div class="bar__inner">
<a class="brand fx-brand" href="/docs/guide">${SIGN}<span>Flixcheck <span class="brand__for">for developers</span></span></a>
<div class="search" role="search" hidden>
<input class="fx-input fx-input--compact" type="search" autocomplete="off" aria-label="Search the documentation" placeholder="Search" aria-controls="found">
<p class="fx-visually-hidden" role="status"></p>
<div class="search__found" hidden><ul class="found" id="found"></ul><p class="none">Nothing found. Try another word, or an error code.</p></div>
</div>
<nav class="elsewhere" aria-label="Elsewhere"><a href="/docs">Swagger UI</a><a href="/portal/settings/developer">Your applications</a></nav>
</div>
</header>
<div class="frame">
<details class="places">
<summary>${here.label}</summary>
<nav aria-label="Documentation">
${sections.map((section) => listOf(section, here)).join('\n')}
</nav>
</details>
<main id="main" tabindex="-1"${here.language ? ` lang="${here.language}"` : ''}>
${content}
</main>
</div>
</body>
</html>
`;
}

const SIGN =
  '<svg class="fx-sign" viewBox="0 0 32 32" width="30" height="30" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9"/><path d="M9 16.6l4.7 4.7L23.4 11"/></svg>';

function listOf({ title, pages }, here) {
  const links = pages.map(
    ({ path, label, language }) =>
      `<li><a href="/docs/${path}"${path === here.path ? ' aria-current="page"' : ''}${language ? ` lang="${language}"` : ''}>${label}</a></li>`,
  );
  return `<h2>${title}</h2>\n<ul class="list">${links.join('')}</ul>`;
}
