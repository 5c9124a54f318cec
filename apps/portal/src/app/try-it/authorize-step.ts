import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check_circle.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import openInNew from '@material-symbols/svg-400/rounded/open_in_new.svg';
import { CopyValue } from '../ui/copy-value';
import { Icon } from '../ui/icon';
import { SampleView } from './sample-view';
import { SampleLanguage, SAMPLES } from './samples/samples';
import { TryItRun } from './try-it-run';
import { TryItStep } from './try-it-step';

const DRAWN = new Set(['state', 'code_challenge', 'code_challenge_method']);

/** The link to the authorize page, and the three ways in which its code gets here. */
@Component({
  selector: 'fx-authorize-step',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CopyValue, Icon, RouterLink, SampleView, TranslocoDirective, TryItStep],
  templateUrl: './authorize-step.html',
  styleUrl: './authorize-step.scss',
})
export class AuthorizeStep {
  protected readonly run = inject(TryItRun);
  protected readonly pasted = signal('');
  protected readonly icons = { check, errorIcon, openInNew };
  /** What the link says, parameter by parameter. */
  protected readonly parameters = computed(() => [
    ...new URL(this.run.link() ?? 'about:blank').searchParams,
  ]);

  /** How an application makes such a link: state and verifier are new for each user. */
  protected readonly writeLink = computed(() => {
    const { origin, pathname, searchParams } = new URL(this.run.link() ?? 'about:blank');
    const fixed = Object.fromEntries([...searchParams].filter(([name]) => !DRAWN.has(name)));
    const link = { address: `${origin}${pathname}`, fixed };
    return (language: SampleLanguage) => SAMPLES[language].link(link);
  });

  /** Why there is no code, in the words of the answer. */
  protected refusal() {
    const returned = this.run.returned();
    if (returned?.kind !== 'error') return {};
    return { error: returned.error, description: returned.description ?? '' };
  }

  protected chosen(event: Event): string {
    return (event.target as HTMLSelectElement).value;
  }

  protected take(event: Event): void {
    event.preventDefault();
    if (this.run.take(this.pasted())) this.pasted.set('');
  }
}
