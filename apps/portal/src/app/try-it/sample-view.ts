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
import { Clipboard } from '../ui/clipboard';
import { Icon } from '../ui/icon';
import { SampleLanguage, SAMPLES } from './samples/samples';
import { TryItRun } from './try-it-run';

const LANGUAGES = Object.keys(SAMPLES) as SampleLanguage[];
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** The same program in each language, one of them shown. The buttons inside stand beside its own. */
@Component({
  selector: 'fx-sample',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="tabs" role="tablist" [attr.aria-label]="label()">
        @for (language of languages; track language) {
          <button
            #tab
            type="button"
            role="tab"
            [id]="name() + '-' + language"
            [attr.aria-controls]="name() + '-sample'"
            [attr.aria-selected]="language === run.language()"
            [tabIndex]="language === run.language() ? 0 : -1"
            (click)="run.language.set(language)"
            (keydown)="walk($event)"
          >
            {{ samples[language].name }}
          </button>
        }
      </div>
      <pre
        class="fx-code"
        role="tabpanel"
        tabindex="0"
        [id]="name() + '-sample'"
        [attr.aria-labelledby]="name() + '-' + run.language()"
        >{{ sample() }}</pre>
      <div class="tools">
        <button
          type="button"
          class="fx-button fx-button--compact fx-button--secondary"
          (click)="copy()"
        >
          <fx-icon [svg]="copyIcon" />{{ t('try.copy') }}
        </button>
        <ng-content />
      </div>
    </ng-container>
  `,
  styleUrl: './sample-view.scss',
})
export class SampleView {
  /** Unique on the page; ids start with it. */
  readonly name = input.required<string>();
  /** What it is a sample of. */
  readonly label = input.required<string>();
  readonly write = input.required<(language: SampleLanguage) => string>();

  protected readonly run = inject(TryItRun);
  private readonly clipboard = inject(Clipboard);
  private readonly tabs = viewChildren<ElementRef<HTMLElement>>('tab');

  protected readonly languages = LANGUAGES;
  protected readonly samples = SAMPLES;
  protected readonly copyIcon = copyIcon;
  protected readonly sample = computed(() => this.write()(this.run.language()));

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
    await this.clipboard.copy(this.sample(), { done: 'try.copied', failed: 'try.copyFailed' });
  }
}
