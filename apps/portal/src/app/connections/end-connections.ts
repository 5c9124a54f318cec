import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import { EndedConnections, Envelope } from '../api/types';

/** What is to be ended: one connection, or all active ones of a person or of an application. */
export type EndTarget =
  | { kind: 'one'; connectionId: string; appName: string; ownerName: string | null }
  | { kind: 'person'; userId: string; personName: string }
  | { kind: 'app'; clientId: string; appName: string };

/** Ends connections. Every call may be repeated: ending what has ended is no error. */
@Injectable({ providedIn: 'root' })
export class EndConnections {
  private readonly api = inject(Api);

  async end(target: EndTarget): Promise<void> {
    switch (target.kind) {
      case 'one':
        return this.api.delete(`/user/v7/connections/${encodeURIComponent(target.connectionId)}`);
      case 'person':
        return this.endAll({ userId: target.userId });
      case 'app':
        return this.endAll({ clientId: target.clientId });
    }
  }

  private async endAll(query: Record<string, string>): Promise<void> {
    await this.api.delete<Envelope<EndedConnections>>(
      `/user/v7/connections?${new URLSearchParams(query)}`,
    );
  }
}
