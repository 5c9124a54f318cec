import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Connection } from '../api/types';
import { Formats } from '../i18n/formats';
import { Messages } from '../ui/messages';

/** Changes when connections end by themselves, and says so. */
@Injectable({ providedIn: 'root' })
export class TimeLimits {
  private readonly api = inject(Api);
  private readonly messages = inject(Messages);
  private readonly formats = inject(Formats);

  /**
   * @param expiresAt null: never
   * @returns null once it is so; otherwise a text key for why that is not, or not known
   */
  async set({ id, client }: Connection, expiresAt: string | null): Promise<string | null> {
    try {
      await this.api.patch(`/user/v7/connections/${encodeURIComponent(id)}`, {
        resource: { expiresAt },
      });
    } catch (cause) {
      const { unreachable } = apiErrorFrom(cause);
      return unreachable ? 'connections.limit.unreachable' : 'trouble.failed';
    }
    if (expiresAt === null) this.messages.show('connections.limit.removed', { app: client.name });
    else {
      this.messages.show('connections.limit.done', {
        app: client.name,
        date: this.formats.date(expiresAt),
      });
    }
    return null;
  }
}
