import { inject, Injectable } from '@angular/core';
import { AuthorizationRequest, OAuthScope, RegistryClient } from '../api/types';
import { SessionStore } from '../session/session-store';
import { Dialogs } from '../ui/dialogs';
import { ClientFormModel } from './client-form-model';
import type { PreviewDialog } from './preview-dialog';

const load = () => import('./preview-dialog').then((file) => file.PreviewDialog);

/** Shows what users will decide on, from what stands in the form now. */
@Injectable({ providedIn: 'root' })
export class Preview {
  private readonly dialogs = inject(Dialogs);
  private readonly session = inject(SessionStore);

  async show(
    model: ClientFormModel,
    scopes: readonly OAuthScope[],
    client: RegistryClient | null,
  ): Promise<void> {
    const session = this.session.session();
    if (!session) return;
    await this.dialogs.open<PreviewDialog, AuthorizationRequest, void>(load, {
      data: request(model, scopes, client, session),
      autoFocus: 'first-heading',
      width: '62rem',
      maxWidth: 'calc(100vw - 1rem)',
      maxHeight: 'calc(100dvh - 1rem)',
    });
  }
}

function request(
  model: ClientFormModel,
  scopes: readonly OAuthScope[],
  client: RegistryClient | null,
  { user, account }: NonNullable<ReturnType<SessionStore['session']>>,
): AuthorizationRequest {
  const redirectUri = model.redirectUris[0]?.trim() ?? '';
  const scope = strongest(model.scopes, scopes);
  return {
    client: {
      clientId: model.clientId,
      name: model.name.trim() || '…',
      description: model.description.trim(),
      descriptionEn: model.descriptionEn.trim(),
      publisher: model.publisher.trim() || '…',
      publisherVerified: model.publisherVerified,
      kind: model.kind,
      logoUri: client?.logoUri ?? null,
      homepageUri: model.homepageUri.trim() || null,
      privacyPolicyUri: model.privacyPolicyUri.trim() || null,
    },
    redirectUri,
    clientVersion: '',
    redirectHost: URL.canParse(redirectUri) ? new URL(redirectUri).host : '…',
    scope: scope.join(' '),
    scopes: scope,
    knownScopes: [...scopes],
    state: null,
    codeChallenge: null,
    codeChallengeMethod: null,
    user: { id: user.id, email: user.email, firstName: user.firstName, lastName: user.lastName },
    account: { id: account.id, name: account.name },
    existingConnection: null,
    connectionVersion: '',
    grantedInAdvance: null,
    refusal: null,
    denyRedirectTo: redirectUri,
  };
}

/** Without those that another one includes, as applications ask. */
function strongest(chosen: readonly string[], scopes: readonly OAuthScope[]): string[] {
  const included = scopes
    .filter(({ scope }) => chosen.includes(scope))
    .flatMap(({ includes }) => includes);
  return chosen.filter((scope) => !included.includes(scope));
}
