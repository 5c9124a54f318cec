import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  input,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { ApiError } from '../api/problem';
import { Formats } from '../i18n/formats';
import { Icon } from './icon';
import { Words } from './question';

/** By the code of the error; every call can fail in these ways. */
const TEXTS: Record<string, string> = {
  unreachable: 'trouble.unreachable',
  service_unavailable: 'trouble.unavailable',
  too_many_attempts: 'trouble.tooMany',
  identity_proof_required: 'settings.confirm.unproven',
};

/** How long to wait where the API does not say it. */
const RETRY_AFTER_SECONDS = 60;

/**
 * What to tell somebody whose request has failed.
 * @param own text keys for what the page can say better, by the code of the first field that is
 *   wrong, or of the whole error; `other` for the rest
 */
export function troubleWords(
  { code, problem }: ApiError,
  formats: Formats,
  own: Record<string, string> = {},
): Words {
  const seconds = problem.retryAfterSeconds ?? RETRY_AFTER_SECONDS;
  const when = formats.relative(new Date(Date.now() + seconds * 1000).toISOString());
  const atField = own[problem.errors[0]?.code ?? ''];
  const text = atField ?? own[code] ?? TEXTS[code] ?? own['other'] ?? 'trouble.failed';
  return { text, values: { when } };
}

/** Says above a form or in a dialog why a request has failed; takes no room while none has. */
@Component({
  selector: 'fx-trouble',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    @if (words(); as words) {
      <div *transloco="let t" class="fx-notice fx-notice--negative">
        <fx-icon [svg]="errorIcon" />
        <p>{{ t(words.text, words.values) }}</p>
      </div>
    }
  `,
  styles: `
    :host {
      display: block;
    }
    :host:not(:has(*)) {
      display: contents;
    }
  `,
  host: { role: 'alert' },
})
export class Trouble {
  readonly words = input.required<Words | null>();

  protected readonly errorIcon = errorIcon;

  constructor() {
    const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    // A dialog that is full scrolls: what it says now would stay below its buttons.
    afterRenderEffect(() => {
      if (this.words()) host.scrollIntoView?.({ block: 'nearest' });
    });
  }
}
