import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  inject,
  input,
  linkedSignal,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { ExchangeView } from './exchange-view';
import { Exchanges } from './exchanges';
import { isMistake, MISTAKE_NAMES, MistakeName } from './mistake-names';
import { MistakeRun, Stopped } from './mistake-run';
import { MISTAKES } from './mistakes';
import { MISTAKE_WORDS } from './mistake-words';
import { TryItRun } from './try-it-run';

/** Common mistakes, made on purpose: what the answer looks like, and what the request log says. */
@Component({
  selector: 'fx-mistakes',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ExchangeView, Icon, TranslocoDirective],
  templateUrl: './mistakes-view.html',
  styleUrl: './mistakes-view.scss',
})
export class MistakesView {
  /** Which one to begin with, by its name. */
  readonly first = input<string>();

  private readonly run = inject(TryItRun);
  private readonly mistakes = inject(MistakeRun);
  protected readonly sent = inject(Exchanges);
  private readonly confirmation = inject(Confirmation);
  private readonly destroyed = inject(DestroyRef);

  protected readonly words = MISTAKE_WORDS;
  protected readonly icons = { warning };
  protected readonly possible = computed(() => {
    const client = this.run.client();
    const readOnlyScope = this.mistakes.readOnlyScope();
    return MISTAKE_NAMES.filter((name) => {
      const { kind, possible } = MISTAKES[name];
      if (!client || (kind && kind !== client.kind)) return false;
      return possible?.({ client, readOnlyScope }) ?? true;
    });
  });
  protected readonly chosen = linkedSignal<MistakeName>(() => {
    const first = this.first();
    return isMistake(first) && this.possible().includes(first) ? first : this.possible()[0]!;
  });
  protected readonly harmful = computed(() => MISTAKES[this.chosen()].harmful === true);
  /** What the failed request was sent with is sent again. */
  protected readonly repeats = computed(() => {
    const failed = this.mistakes.failed();
    return failed?.reason === this.chosen() && Object.keys(failed.sent).length > 0;
  });
  protected readonly running = signal(false);
  protected readonly secondsLeft = signal<number | null>(null);
  protected readonly exchanges = computed(() => this.sent.shown().mistake);
  /** What had to go well before the mistake could be made. */
  protected readonly before = computed(() => this.exchanges().slice(0, -1));
  protected readonly last = computed(() => this.exchanges().at(-1));
  protected readonly missing = computed(() => {
    const unready = this.run.unready();
    if (unready || !MISTAKES[this.chosen()].needsGrant) return unready;
    if (this.run.needsSecret()) return 'try.noSecret';
    return this.run.granted() ? null : 'try.mistake.noGrant';
  });

  protected choose(event: Event): void {
    this.chosen.set((event.target as HTMLSelectElement).value as MistakeName);
    this.sent.clear('mistake');
  }

  protected async make(): Promise<void> {
    if (this.missing() || this.running() || this.sent.busy()) return;
    if (this.harmful() && !(await this.confirmed())) return;
    this.running.set(true);
    try {
      await this.mistakes.provoke(this.chosen(), (seconds) => this.wait(seconds));
    } finally {
      this.running.set(false);
    }
  }

  private confirmed(): Promise<boolean> {
    return this.confirmation.ask({
      heading: { text: 'try.mistake.confirm.heading' },
      points: [{ text: 'try.mistake.confirm.ends' }, { text: 'try.mistake.confirm.stays' }],
      confirm: { text: 'try.mistake.confirm.action' },
      danger: true,
    });
  }

  /** Second by second, until the time is up, or the page is left or begun anew. */
  private async wait(seconds: number): Promise<void> {
    const run = this.sent.number();
    const until = Date.now() + seconds * 1000;
    try {
      for (let left = seconds; left > 0; left = Math.ceil((until - Date.now()) / 1000)) {
        this.secondsLeft.set(left);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        if (this.destroyed.destroyed || run !== this.sent.number()) throw new Stopped();
      }
    } finally {
      this.secondsLeft.set(null);
    }
  }
}
