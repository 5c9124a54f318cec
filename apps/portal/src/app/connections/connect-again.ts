import { NgTemplateOutlet } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { apiWholeList } from '../api/api-resource';
import { AvailableClient, ConnectionDetail } from '../api/types';
import { Outbound } from '../authorize/outbound';
import { ConnectButton } from './connect-button';
import { startsHere } from './starts-here';

const CLIENTS = '/user/v7/oauth-clients';

/** What the person can do to connect an application again: here, in the application, or after asking. */
@Component({
  selector: 'fx-connect-again',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConnectButton, NgTemplateOutlet, RouterLink, TranslocoDirective],
  templateUrl: './connect-again.html',
  styleUrl: './connect-again.scss',
})
export class ConnectAgain {
  /** One of the reader's own that has ended, or cannot go on. */
  readonly connection = input.required<ConnectionDetail>();
  /** Counts up when there may be something new. */
  readonly version = input(0);

  private readonly outbound = inject(Outbound);

  private readonly offered = apiWholeList<AvailableClient>(() => CLIENTS);
  /** What the reader is connected to although it is not allowed any more. */
  private readonly forbidden = apiWholeList<AvailableClient>(() =>
    this.ended() ? undefined : `${CLIENTS}?allowed=false`,
  );
  protected readonly ended = computed(() => this.connection().health === 'ended');
  protected readonly client = computed(() => this.findIn(this.offered));
  protected readonly notAllowed = computed(() => this.findIn(this.forbidden));
  /** Neither offered nor forbidden, so far as this reader is told. */
  protected readonly unlisted = computed(
    () =>
      this.offered.hasValue() &&
      !this.client() &&
      (this.ended() || (this.forbidden.hasValue() && !this.notAllowed())),
  );
  protected readonly homepageUri = computed(() =>
    this.outbound.safe(this.connection().client.homepageUri),
  );

  constructor() {
    effect(() => {
      if (this.version() === 0) return;
      untracked(() => {
        this.offered.reload();
        this.forbidden.reload();
      });
    });
  }

  protected startsHere(client: AvailableClient): boolean {
    return startsHere(client, this.outbound);
  }

  private findIn(list: typeof this.offered): AvailableClient | undefined {
    const { clientId } = this.connection().client;
    return list.hasValue() ? list.value().find((each) => each.clientId === clientId) : undefined;
  }
}
