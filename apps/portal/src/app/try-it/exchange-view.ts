import {
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  input,
  viewChildren,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import copyIcon from '@material-symbols/svg-400/rounded/content_copy.svg';
import visibility from '@material-symbols/svg-400/rounded/visibility.svg';
import visibilityOff from '@material-symbols/svg-400/rounded/visibility_off.svg';
import { Formats } from '../i18n/formats';
import { explain } from '../request-log/request-words';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { SampleLanguage, SAMPLES } from './samples/samples';
import { Exchange, jsonOf, TryItRun } from './try-it-run';

const LANGUAGES = Object.keys(SAMPLES) as SampleLanguage[];
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** A request in the reader's language, and what came back. */
@Component({
  selector: 'fx-exchange',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  templateUrl: './exchange-view.html',
  styleUrl: './exchange-view.scss',
})
export class ExchangeView {
  readonly exchange = input.required<Exchange>();
  /** Unique on the page; ids start with it. */
  readonly name = input.required<string>();

  protected readonly run = inject(TryItRun);
  protected readonly formats = inject(Formats);
  private readonly messages = inject(Messages);
  private readonly tabs = viewChildren<ElementRef<HTMLElement>>('tab');

  protected readonly languages = LANGUAGES;
  protected readonly samples = SAMPLES;
  protected readonly explain = explain;
  protected readonly icons = { copyIcon, visibility, visibilityOff };
  protected readonly sample = computed(() =>
    SAMPLES[this.run.language()].write(this.exchange().request, this.run.open()),
  );
  protected readonly path = computed(() => {
    const { method, url } = this.exchange().request;
    return `${method} ${new URL(url).pathname}`;
  });
  protected readonly received = computed(() => {
    const { headers = [], body = '' } = this.exchange().answer ?? {};
    const head = headers.map(([name, value]) => `${name}: ${value}`).join('\n');
    return this.run.masked(`${head}\n\n${indented(body)}`.trim());
  });

  /** Of a problem that is in no request log: the guide has a paragraph for it, too. */
  protected readonly code = computed(() => {
    const code = jsonOf(this.exchange().answer)?.['code'];
    return typeof code === 'string' ? code : null;
  });

  /** The arrow keys go from tab to tab, and Tab leaves them. */
  protected walk(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const count = LANGUAGES.length;
    const next = (LANGUAGES.indexOf(this.run.language()) + step + count) % count;
    this.run.language.set(LANGUAGES[next]!);
    this.tabs()[next]?.nativeElement.focus();
  }

  protected async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.sample());
      this.messages.show('try.copied');
    } catch {
      this.messages.show('try.copyFailed');
    }
  }
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
