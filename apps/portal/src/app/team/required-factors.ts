import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import keyIcon from '@material-symbols/svg-400/rounded/key.svg';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { Envelope, FactorRequirement } from '../api/types';
import { Formats } from '../i18n/formats';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { SettingsSection } from '../ui/settings-section';
import { Waiting } from '../ui/waiting';
import { FACTOR_REQUIREMENT } from './team-users';

/** In days, what the API takes, in the order in which it is offered. */
const GRACES = [14, 30, 7, 0] as const;

/** Whether everybody in the company has to have a passkey or two steps, and how many do. */
@Component({
  selector: 'fx-required-factors',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, LoadError, RouterLink, SettingsSection, TranslocoDirective, Waiting],
  templateUrl: './required-factors.html',
  styles: `
    :host {
      display: block;
      margin-top: var(--fx-space-7);
    }
    .part {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      justify-items: start;
      gap: var(--fx-space-4);
      padding: var(--fx-space-5);
    }
    .numbers {
      font-size: var(--fx-text-lg);
    }
    .choice {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
      gap: var(--fx-space-3) var(--fx-space-4);
    }
  `,
})
export class RequiredFactors {
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly section = viewChild.required(SettingsSection);
  protected readonly formats = inject(Formats);

  protected readonly read = apiResource<Envelope<FactorRequirement>>(() => FACTOR_REQUIREMENT);
  readonly state = computed(() => (this.read.hasValue() ? this.read.value().resource : null));
  protected readonly chosen = signal(0);
  protected readonly graces = GRACES;
  protected readonly keyIcon = keyIcon;

  /** Who is in the company, or how they sign in, has changed. */
  reload(): void {
    this.read.reload();
  }

  protected numbersText({ people }: FactorRequirement): string {
    return this.formats.plural(people, {
      one: 'team.factors.numbers.one',
      other: 'team.factors.numbers.other',
    });
  }

  protected isDue(from: string): boolean {
    return Date.parse(from) <= Date.now();
  }

  protected async demand({ people, withFactor }: FactorRequirement): Promise<void> {
    const days = GRACES[this.chosen()] ?? GRACES[0];
    const without = people - withFactor;
    const date = this.formats.dateShort(new Date(Date.now() + days * 86_400_000).toISOString());
    const done = await this.confirmation.ask({
      heading: { text: 'team.factors.demand.heading' },
      points: [
        {
          text: this.formats.plural(without, {
            one: 'team.factors.demand.without.one',
            other: 'team.factors.demand.without.other',
          }),
          values: { count: this.formats.number(without) },
        },
        days === 0
          ? { text: 'team.factors.demand.atOnce' }
          : { text: 'team.factors.demand.until', values: { date } },
        { text: 'team.factors.demand.connections' },
      ],
      confirm: { text: 'team.factors.demand.confirm' },
      action: () => this.change(days),
    });
    if (done) this.say('team.factors.demand.done');
  }

  protected async release(): Promise<void> {
    const done = await this.confirmation.ask({
      heading: { text: 'team.factors.release.heading' },
      points: [{ text: 'team.factors.release.password' }, { text: 'team.factors.release.stay' }],
      confirm: { text: 'team.factors.release.confirm' },
      danger: true,
      action: () => this.change(null),
    });
    if (done) this.say('team.factors.release.done');
  }

  /** The button that had the focus makes room for the other one. */
  private say(done: string): void {
    this.section().focus();
    this.messages.show(done);
  }

  private async change(graceDays: number | null): Promise<void> {
    await this.api.patch(FACTOR_REQUIREMENT, { resource: { graceDays } });
    this.reload();
  }
}
