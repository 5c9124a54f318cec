import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
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
   * @returns whether it is so now
   */
  async set({ id, client }: Connection, expiresAt: string | null): Promise<boolean> {
    try {
      await this.api.patch(`/user/v7/connections/${encodeURIComponent(id)}`, {
        resource: { expiresAt },
      });
    } catch {
      return false;
    }
    if (expiresAt === null) this.messages.show('connections.limit.removed', { app: client.name });
    else {
      this.messages.show('connections.limit.done', {
        app: client.name,
        date: this.formats.date(expiresAt),
      });
    }
    return true;
  }
}
