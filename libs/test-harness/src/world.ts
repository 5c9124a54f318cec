import { PortalUser } from './portal-user.js';
import { type RunningServer, type ServerOptions, startServer } from './server.js';
import { DEMO_CLIENTS, ThirdParty } from './third-party.js';

/** A server with everybody from the demo data: people signed in, applications ready. */
export interface World {
  server: RunningServer;
  url: string;
  member: PortalUser;
  /** Of the member's account. */
  admin: PortalUser;
  /** An admin of another account. */
  stranger: PortalUser;
  operator: PortalUser;
  /** Confidential, PKCE optional, two redirect URIs. */
  crm: ThirdParty;
  /** Confidential, PKCE required. */
  scanner: ThirdParty;
  /** Public and native. */
  desktop: ThirdParty;
}

export const PASSWORD = 'demo-passwort-2026';

export async function startWorld(options?: ServerOptions): Promise<World> {
  const server = await startServer(options);
  const { url } = server;
  const [member, admin, stranger, operator] = await Promise.all([
    PortalUser.signIn(url, 'user@musterhaus.example'),
    PortalUser.signIn(url, 'admin@musterhaus.example'),
    PortalUser.signIn(url, 'admin@beispiel.example'),
    PortalUser.signIn(url, 'operator@flixcheck.example'),
  ]);
  return {
    server,
    url,
    member,
    admin,
    stranger,
    operator,
    crm: new ThirdParty(url, DEMO_CLIENTS.crm),
    scanner: new ThirdParty(url, DEMO_CLIENTS.scanner),
    desktop: new ThirdParty(url, DEMO_CLIENTS.desktop),
  };
}
