import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import stethoscope from '@material-symbols/svg-400/rounded/stethoscope_check.svg';
import { apiResource, keptValue } from '../api/api-resource';
import { ClientDiagnosis, DeveloperClient, Envelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { come } from '../ui/come';
import { SettingsSection } from '../ui/settings-section';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { Waiting } from '../ui/waiting';
import { say, SEVERITIES } from './finding-words';

const HEALTHY = {
  failures: { title: 'reports.doctor.failures.title', text: 'reports.doctor.failures.text' },
  none: { title: 'reports.doctor.none.title', text: 'reports.doctor.none.text' },
  unasked: { title: 'reports.doctor.none.title', text: 'reports.doctor.none.unasked' },
};

/**
 * What is wrong or risky with a client, the worst first, and how to mend it. Who may look is for the
 * address to decide.
 */
@Component({
  selector: 'fx-client-doctor',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.coming]': '!come()' },
  imports: [LoadError, PageState, SettingsSection, TranslocoDirective, Waiting],
  templateUrl: './client-doctor.html',
  styleUrl: './client-doctor.scss',
})
export class ClientDoctor {
  /** Where the API has the client. */
  readonly path = input.required<string>();
  /** As it is registered. Once that has changed, it is examined anew. */
  readonly client = input.required<Pick<DeveloperClient, 'version' | 'secrets'>>();

  /** The reader wants to see the requests that failed. */
  readonly failures = output();

  protected readonly formats = inject(Formats);
  protected readonly severities = SEVERITIES;
  protected readonly say = say;
  protected readonly icons = { stethoscope };
  /** What was not asked for is not read out: a client may send something all the time. */
  protected readonly asked = signal(false);

  protected readonly read = apiResource<Envelope<ClientDiagnosis>>(
    () => `${this.path()}/diagnosis`,
  );
  private readonly kept = keptValue(this.read, () => this.path());
  protected readonly diagnosis = computed(() => this.kept()?.resource);
  protected readonly come = come(() => !!this.diagnosis() || !!this.read.error());

  /** A secret's use changes all the time; that alone is no reason to examine it again. */
  private readonly registered = computed(() => {
    const { version, secrets } = this.client();
    return [version, ...secrets.map(({ id }) => id)].join(' ');
  });

  constructor() {
    let examined: string | undefined;
    effect(() => {
      const registered = this.registered();
      if (examined !== undefined && examined !== registered) this.read.reload();
      examined = registered;
    });
  }

  /** Examines it again, for instance because it has asked for something meanwhile. */
  reload(): void {
    this.asked.set(false);
    this.read.reload();
  }

  protected examine(): void {
    this.asked.set(true);
    this.read.reload();
  }

  /** What there is to say where nothing was found. */
  protected healthy({ latest }: ClientDiagnosis): { title: string; text: string } {
    if (latest.failures > 0) return HEALTHY.failures;
    return latest.requests > 0 ? HEALTHY.none : HEALTHY.unasked;
  }
}
