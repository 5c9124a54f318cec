import { inject, Injectable } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Api } from '../api/api';
import { Envelope, ErasureEffect, TeamUser } from '../api/types';
import { Formats } from '../i18n/formats';
import { fullName } from '../people/full-name';
import { Deletion } from '../ui/deletion';
import { Words } from '../ui/question';

const KEPT = {
  connections: {
    one: 'team.erase.kept.connections.one',
    other: 'team.erase.kept.connections.other',
  },
  checks: { one: 'team.erase.kept.checks.one', other: 'team.erase.kept.checks.other' },
  records: { one: 'team.erase.kept.records.one', other: 'team.erase.kept.records.other' },
};

/** Erases somebody for good, once their address has been typed; says before what goes and stays. */
@Injectable({ providedIn: 'root' })
export class Erasure {
  private readonly api = inject(Api);
  private readonly deletion = inject(Deletion);
  private readonly formats = inject(Formats);
  private readonly transloco = inject(TranslocoService);

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
        ...this.kept([
          [connections, KEPT.connections],
          [checks, KEPT.checks],
          [auditRecords, KEPT.records],
        ]),
      ];
    } catch {
      return [{ text: 'team.erase.goes.unknown' }, { text: 'team.erase.staysUnknown' }];
    }
  }

  /** What there is none of stays unsaid. */
  private kept(counts: readonly (readonly [number, { one: string; other: string }])[]): Words[] {
    const kept = counts
      .filter(([count]) => count > 0)
      .map(([count, forms]) =>
        this.transloco.translate<string>(this.formats.plural(count, forms), {
          count: this.formats.number(count),
        }),
      );
    if (kept.length === 0) return [];
    return [{ text: 'team.erase.stays', values: { kept: this.formats.list(kept) } }];
  }
}
