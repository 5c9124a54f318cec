import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Connection } from '../api/types';
import { Icon } from '../ui/icon';
import { HEALTH } from './connection-texts';

/** How a connection is doing, in a word or two. */
@Component({
  selector: 'fx-health-chip',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  template: `<span class="fx-chip fx-chip--{{ words().tone }}">
    <fx-icon [svg]="words().icon" />{{ words().text | transloco }}
  </span>`,
})
export class HealthChip {
  readonly health = input.required<Connection['health']>();
  protected readonly words = computed(() => HEALTH[this.health()]);
}
