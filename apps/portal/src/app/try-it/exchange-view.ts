import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import visibility from '@material-symbols/svg-400/rounded/visibility.svg';
import visibilityOff from '@material-symbols/svg-400/rounded/visibility_off.svg';
import { Formats } from '../i18n/formats';
import { explain } from '../request-log/request-words';
import { Icon } from '../ui/icon';
import { jsonOf } from './answers';
import { Exchange, Exchanges } from './exchanges';
import { SampleView } from './sample-view';
import { SampleLanguage, SAMPLES } from './samples/samples';

/** A request in the reader's language, and what came back. */
@Component({
  selector: 'fx-exchange',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, SampleView, TranslocoDirective],
  templateUrl: './exchange-view.html',
  styleUrl: './exchange-view.scss',
})
export class ExchangeView {
  readonly exchange = input.required<Exchange>();
  /** Unique on the page; ids start with it. */
  readonly name = input.required<string>();

  protected readonly exchanges = inject(Exchanges);
  protected readonly formats = inject(Formats);
  protected readonly explain = explain;
  protected readonly icons = { visibility, visibilityOff };
  protected readonly write = computed(() => {
    const { request } = this.exchange();
    const open = this.exchanges.open();
    return (language: SampleLanguage) => SAMPLES[language].write(request, open);
  });
  protected readonly path = computed(() => {
    const { method, url } = this.exchange().request;
    return `${method} ${new URL(url).pathname}`;
  });
  protected readonly received = computed(() => {
    const { headers = [], body = '' } = this.exchange().answer ?? {};
    const head = headers.map(([name, value]) => `${name}: ${value}`).join('\n');
    return this.exchanges.masked(`${head}\n\n${indented(body)}`.trim());
  });

  /** Of a problem that is in no request log: the guide has a paragraph for it, too. */
  protected readonly code = computed(() => {
    const code = jsonOf(this.exchange().answer)?.['code'];
    return typeof code === 'string' ? code : null;
  });
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
