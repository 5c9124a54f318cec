import { inject, Injectable } from '@angular/core';
import { Api } from '../api/api';
import { Envelope, ErasureEffect, TeamUser } from '../api/types';
import { Formats } from '../i18n/formats';
import { fullName } from '../people/full-name';
import { Deletion } from '../ui/deletion';
import { Words } from '../ui/question';

/** Erases somebody for good, once their address has been typed; says before what goes and stays. */
@Injectable({ providedIn: 'root' })
export class Erasure {
  private readonly api = inject(Api);
  private readonly deletion = inject(Deletion);
  private readonly formats = inject(Formats);

  /** @returns whether it has been done */
  async ask(user: TeamUser): Promise<boolean> {
    const path = `/user/v7/users/${encodeURIComponent(user.id)}`;
    const values = { name: fullName(user), email: user.email };
    return this.deletion.ask(async () => ({
      heading: { text: 'team.erase.heading', values },
      points: [
        ...(await this.effect(`${path}/erasure`)),
        { text: 'team.erase.applications' },
        { text: 'team.erase.instead' },
      ],
      name: user.email,
      type: { text: 'team.erase.type', values },
      wrong: 'team.erase.wrong',
      confirm: 'team.erase.confirm',
      action: () => this.api.delete(`${path}/personal-data`),
    }));
  }

  /** The numbers of this moment, or words without numbers where they do not come. */
  private async effect(path: string): Promise<Words[]> {
    try {
      const { resource } = await this.api.get<Envelope<ErasureEffect>>(path);
      const { deleted, connections, checks, auditRecords } = resource;
      const goes = this.formats.plural(deleted, {
        one: 'team.erase.goes.one',
        other: 'team.erase.goes.other',
      });
      return [
        { text: goes, values: { count: this.formats.number(deleted) } },
        {
          text: 'team.erase.stays',
          values: {
            connections: this.formats.number(connections),
            checks: this.formats.number(checks),
            records: this.formats.number(auditRecords),
          },
        },
      ];
    } catch {
      return [{ text: 'team.erase.goes.unknown' }, { text: 'team.erase.staysUnknown' }];
    }
  }
}
