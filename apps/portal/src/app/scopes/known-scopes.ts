import { computed, Injectable } from '@angular/core';
import { OAUTH_SCOPES } from '../api/addresses';
import { apiResource } from '../api/api-resource';
import { Envelope, OAuthScope } from '../api/types';

/** The API's table of scopes, read once for all pages of the settings. */
@Injectable({ providedIn: 'root' })
export class KnownScopes {
  private readonly resource = apiResource<Envelope<{ scopes: OAuthScope[] }>>(() => OAUTH_SCOPES);

  /** Empty until it is there, and where it cannot be had: then scopes go by the API's names. */
  readonly table = computed(() =>
    this.resource.hasValue() ? this.resource.value().resource.scopes : [],
  );
  readonly loading = computed(() => !this.resource.hasValue() && this.resource.isLoading());

  /** Another try, where there has been none that went well. */
  retry(): void {
    if (this.resource.status() === 'error') this.resource.reload();
  }
}
