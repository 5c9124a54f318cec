/** What the developer desk says of a client, as far as examples need it. */
interface Client {
  clientId: string;
  name: string;
  kind: 'confidential' | 'public';
  redirectUris: string[];
}

const CLIENTS = '/user/v7/developer/oauth-clients?limit=100';
const KEPT = 'flixcheck.docs.client';
/** The portal writes it: to anybody else, asking for applications costs a request and a refusal. */
const SIGNED_IN = 'flixcheck.signed-in';

/**
 * Puts this server's address into the examples and, where somebody is signed in who develops an
 * application, its client id and redirect URI. Without a session they stay about the demo's client.
 */
export async function fillIn(): Promise<void> {
  put('origin', location.origin);
  if (!document.querySelector('[data-fill="client-id"]')) return;
  const clients = await ownClients();
  const first = clients.find(({ clientId }) => clientId === kept()) ?? clients[0];
  if (!first) return;
  const notice = document.createElement('p');
  notice.className = 'fx-notice own';
  notice.append('The examples on this page are about your application ');
  if (clients.length === 1) notice.append(named(first));
  else notice.append(choice(clients, first));
  notice.append('. Put in its secret yourself: nobody can read it again.');
  document.querySelector('main h1')?.after(notice);
  show(first);
}

async function ownClients(): Promise<Client[]> {
  try {
    if (localStorage.getItem(SIGNED_IN) !== 'yes') return [];
    const answer = await fetch(CLIENTS, { headers: { accept: 'application/json' } });
    if (!answer.ok) return [];
    return ((await answer.json()) as { resources: Client[] }).resources;
  } catch {
    return [];
  }
}

function named({ name }: Client): HTMLElement {
  const strong = document.createElement('strong');
  strong.textContent = name;
  return strong;
}

function choice(clients: Client[], first: Client): HTMLElement {
  const select = document.createElement('select');
  select.className = 'fx-input fx-input--compact';
  select.setAttribute('aria-label', 'Application of the examples');
  for (const client of clients) {
    select.append(new Option(client.name, client.clientId, false, client === first));
  }
  select.addEventListener('change', () => {
    const chosen = clients.find(({ clientId }) => clientId === select.value);
    if (chosen) show(chosen);
  });
  return select;
}

function show({ clientId, kind, redirectUris: [redirectUri] }: Client): void {
  put('client-id', clientId);
  put('client-secret', kind === 'public' ? '' : 'your-secret');
  if (redirectUri) put('redirect-uri', redirectUri);
  try {
    sessionStorage.setItem(KEPT, clientId);
  } catch {
    // Then the next page begins with the first one again.
  }
}

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function put(name: string, value: string): void {
  for (const place of document.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = value;
}
