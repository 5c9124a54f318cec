/**
 * What the search finds of a page: each section under a heading that can be linked to.
 * @param html what has been made of its Markdown
 */
export function searchEntries({ path, label }, html) {
  const parts = html.split(/(?=<h[1-4] id=")/);
  return parts.flatMap((part) => {
    const [, id, heading] = /^<h[1-4] id="([^"]*)"[^>]*>(.*?)<\/h/s.exec(part) ?? [];
    if (id === undefined) return [];
    const isTop = part.startsWith('<h1');
    return {
      id: `/docs/${path}${isTop ? '' : `#${id}`}`,
      page: label,
      heading: plain(heading),
      text: plain(part.replace(/^<h.*?<\/h\d>/s, '')),
    };
  });
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"' };

function plain(html) {
  return html
    .replace(/<[^>]+>/g, '')
    .replace(/&(amp|lt|gt|quot);/g, (_, name) => ENTITIES[name])
    .replace(/\s+/g, ' ')
    .trim();
}
