import MiniSearch from 'minisearch';

interface Entry {
  id: string;
  page: string;
  heading: string;
  text: string;
}

const SHOWN = 8;
const AROUND = 60;

/** Search as you type; what it looks in is fetched when the field is first used. */
export function offerSearch(): void {
  const search = document.querySelector<HTMLElement>('.search');
  const input = search?.querySelector('input');
  const panel = search?.querySelector<HTMLElement>('.search__found');
  const list = panel?.querySelector('ul');
  const none = panel?.querySelector<HTMLElement>('.none');
  const status = search?.querySelector('[role="status"]');
  if (!search || !input || !panel || !list || !none || !status) return;
  search.hidden = false;

  let index: Promise<(words: string) => Entry[]> | undefined;
  const look = async () => {
    const words = input.value.trim();
    if (words === '') {
      close();
      return;
    }
    index ??= load();
    const find = await index.catch(() => undefined);
    if (!find) {
      // Another try with the next letter.
      index = undefined;
      return;
    }
    if (words !== input.value.trim()) return;
    const found = find(words);
    list.replaceChildren(...found.map((entry) => itemOf(entry, words)));
    none.hidden = found.length > 0;
    panel.hidden = false;
    status.textContent = found.length === 1 ? '1 result' : `${found.length} results`;
  };
  const close = () => {
    panel.hidden = true;
    status.textContent = '';
  };
  const links = () => [...list.querySelectorAll('a')];

  input.addEventListener('input', () => void look());
  input.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') links()[0]?.click();
  });
  search.addEventListener('keydown', (event) => {
    const places: HTMLElement[] = [input, ...links()];
    const at = places.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape') {
      input.focus();
      close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      places[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
    }
  });
  search.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('a')) close();
  });
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof Node && !search.contains(target)) close();
  });
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Node && !search.contains(target)) close();
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.matches('input, select');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    input.focus();
  });
}

async function load(): Promise<(words: string) => Entry[]> {
  const answer = await fetch('/docs/assets/search.json');
  const entries = (await answer.json()) as Entry[];
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const mini = new MiniSearch<Entry>({
    fields: ['heading', 'page', 'text'],
    // `code_expired` is found as a whole and by its parts.
    tokenize: (text) =>
      text.split(/[^\p{L}\p{N}_]+/u).flatMap((word) => [word, ...word.split('_')]),
    searchOptions: {
      boost: { heading: 4, page: 2 },
      prefix: true,
      fuzzy: (word) => (word.length > 4 ? 0.2 : false),
      combineWith: 'AND',
      // The guide explains; the contract says the same once more, as rules.
      boostDocument: (id) => (String(id).startsWith('/docs/contract') ? 0.4 : 1),
    },
  });
  mini.addAll(entries);
  return (words) =>
    mini
      .search(words)
      .slice(0, SHOWN)
      .flatMap(({ id }) => byId.get(String(id)) ?? []);
}

function itemOf({ id, page, heading, text }: Entry, words: string): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = id;
  const title = document.createElement('strong');
  title.textContent = heading === page ? heading : `${heading} · ${page}`;
  const extract = document.createElement('span');
  extract.textContent = around(text, words);
  link.append(title, extract);
  item.append(link);
  return item;
}

/** The words where they are first found, with some of what stands around them. */
function around(text: string, words: string): string {
  const at = text.toLowerCase().indexOf(words.toLowerCase());
  const from = Math.max(0, at - AROUND);
  const part = text.slice(from, from + 3 * AROUND);
  return `${from > 0 ? '…' : ''}${part}${from + 3 * AROUND < text.length ? '…' : ''}`;
}
