import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Formats } from '../i18n/formats';
import { PasswordStrength } from './password-strength';

const LEVEL_TEXTS = [
  'security.strength.tooShort',
  'security.strength.weak',
  'security.strength.fair',
  'security.strength.good',
  'security.strength.veryGood',
] as const;

const ADVICE: Record<string, string> = {
  personal: 'security.strength.advice.personal',
  common: 'security.strength.advice.common',
  pattern: 'security.strength.advice.pattern',
  short: 'security.strength.advice.short',
  too_long: 'security.strength.advice.tooLong',
};

/** How good a password is, as a bar and in words, while it is being typed. */
@Component({
  selector: 'fx-strength-meter',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <span class="bar" aria-hidden="true" [attr.data-level]="strength()?.level">
        <i></i><i></i><i></i><i></i>
      </span>
      <p aria-live="polite">
        @if (strength(); as strength) {
          @if (level(); as level) {
            <strong>{{ t(level) }}</strong>
          } @else {
            {{ t('security.strength.hint') }}
          }
          @if (strength.missing > 0) {
            {{ t(missing(), { count: strength.missing }) }}
          } @else if (advice(); as advice) {
            {{ t(advice) }}
          }
        } @else {
          {{ t('security.strength.hint') }}
        }
      </p>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--fx-space-2);
      font-size: var(--fx-text-sm);
    }
    .bar {
      --_ink: var(--mat-sys-outline-variant);
      display: grid;
      grid-template-columns: repeat(4, 1fr);
      gap: var(--fx-space-1);
    }
    i {
      height: 0.3125rem;
      border-radius: var(--fx-radius-full);
      background: var(--mat-sys-surface-container-highest);
      transition: background-color var(--fx-slow) var(--fx-ease);
    }
    .bar[data-level='1'] i:nth-child(-n + 1) {
      background: var(--mat-sys-error);
    }
    .bar[data-level='2'] i:nth-child(-n + 2) {
      background: var(--fx-caution);
    }
    .bar[data-level='3'] i:nth-child(-n + 3),
    .bar[data-level='4'] i {
      background: var(--fx-positive);
    }
    p {
      /* The room of the longest words: what is below must not jump while somebody types. */
      min-height: 3em;
      color: var(--mat-sys-on-surface-variant);
    }
    strong {
      color: var(--mat-sys-on-surface);
    }
    @media (max-width: 30rem) {
      p {
        min-height: 4.5em;
      }
    }
    @media (forced-colors: active) {
      i {
        border: 1px solid;
      }
      .bar[data-level='1'] i:nth-child(-n + 1),
      .bar[data-level='2'] i:nth-child(-n + 2),
      .bar[data-level='3'] i:nth-child(-n + 3),
      .bar[data-level='4'] i {
        background: CanvasText;
      }
    }
  `,
})
export class StrengthMeter {
  /** Null while nothing has been typed. */
  readonly strength = input.required<PasswordStrength | null>();

  private readonly formats = inject(Formats);

  protected readonly level = computed(() => {
    const strength = this.strength();
    if (strength?.weakness === 'too_long') return 'security.strength.tooLong';
    return strength?.level == null ? null : LEVEL_TEXTS[strength.level];
  });
  protected readonly missing = computed(() =>
    this.formats.plural(this.strength()?.missing ?? 0, {
      one: 'security.strength.missing.one',
      other: 'security.strength.missing.other',
    }),
  );
  protected readonly advice = computed(() => {
    const weakness = this.strength()?.weakness;
    return weakness ? (ADVICE[weakness] ?? null) : null;
  });
}
