import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  DOCUMENT,
  effect,
  ElementRef,
  inject,
  input,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import restart from '@material-symbols/svg-400/rounded/restart_alt.svg';
import { apiResource } from '../api/api-resource';
import { idFrom } from '../api/address-words';
import { DeveloperClient, ListEnvelope, OAuthRequest } from '../api/types';
import { developerClient } from '../developer/developer-client';
import { DEVELOPER_CLIENTS } from '../developer/developer-clients';
import { DeveloperClientMissing } from '../developer/developer-client-missing';
import { BackLink } from '../ui/back-link';
import { SettingsSection } from '../ui/settings-section';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { AuthorizeStep } from './authorize-step';
import { CALLBACK_CHANNEL, stateOf, Taken } from './callback';
import { ClaimsView } from './claims-view';
import { Exchanges } from './exchanges';
import { failedRequest } from './failed-request';
import { isMistake } from './mistake-names';
import { MistakeRun } from './mistake-run';
import { MISTAKE_WORDS } from './mistake-words';
import { MistakesView } from './mistakes-view';
import { TryItRun } from './try-it-run';
import { TryItStep } from './try-it-step';

/** What follows the authorize page, and the text keys of each. */
const STEPS = [
  {
    place: 'exchange',
    title: 'try.exchange.title',
    text: 'try.exchange.text',
    action: 'try.exchange.action',
  },
  { place: 'call', title: 'try.call.title', text: 'try.call.text', action: 'try.call.action' },
  {
    place: 'refresh',
    title: 'try.refresh.title',
    text: 'try.refresh.text',
    action: 'try.refresh.action',
  },
  {
    place: 'revoke',
    title: 'try.revoke.title',
    text: 'try.revoke.text',
    action: 'try.revoke.action',
  },
] as const;

/** The flow, step by step, with a developer's own client. */
@Component({
  selector: 'fx-try-it-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AuthorizeStep,
    BackLink,
    ClaimsView,
    DeveloperClientMissing,
    Icon,
    MistakesView,
    RouterLink,
    SettingsSection,
    TranslocoDirective,
    TryItStep,
  ],
  providers: [Exchanges, MistakeRun, TryItRun],
  templateUrl: './try-it-page.html',
  styleUrls: ['../registry/client-page.scss', './try-it-page.scss'],
})
export class TryItPage {
  readonly id = input.required<string>();
  /** By the query: what somebody wants to reproduce. */
  readonly mistake = input<string>();
  /** By the query: the id of the request in which it was made, whose values are taken over. */
  readonly request = input<string>();

  protected readonly run = inject(TryItRun);
  protected readonly exchanges = inject(Exchanges);
  private readonly confirmation = inject(Confirmation);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly found = developerClient(() => this.id());
  protected readonly asked = computed(() => {
    const name = this.mistake();
    return isMistake(name) ? name : null;
  });
  private readonly mistakes = inject(MistakeRun);
  private readonly log = apiResource<ListEnvelope<OAuthRequest>>(() => {
    const id = idFrom(this.request() ?? '');
    return id ? `${DEVELOPER_CLIENTS}/${this.id()}/requests?requestId=${id}` : undefined;
  });
  /** What is taken over from the failed request, by the names of its parameters. */
  protected readonly takenOver = computed(() => {
    const { redirectUri, scope } = this.mistakes.failed()?.sent ?? {};
    return [
      { name: 'redirect_uri', value: redirectUri },
      { name: 'scope', value: scope },
    ].filter(({ value }) => value !== undefined);
  });
  protected readonly steps = STEPS;
  protected readonly words = MISTAKE_WORDS;
  protected readonly icons = { restart };
  /** Password managers offer to keep what is typed into a password's input, whatever it asks for. */
  protected readonly hidesText = globalThis.CSS?.supports?.('-webkit-text-security', 'disc');

  constructor() {
    effect(() => {
      const client = this.found.client();
      if (client) untracked(() => this.run.begin(client));
    });
    effect(() => {
      const client = this.found.client();
      const [request] = this.log.hasValue() ? this.log.value().resources : [];
      if (!client || !request) return;
      const failed = failedRequest(request, client.redirectUris);
      untracked(() => {
        this.mistakes.failed.set(failed);
        if (failed.meant !== null) this.run.ask({ redirectUri: failed.meant });
      });
    });
    const channel = new BroadcastChannel(CALLBACK_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== 'string') return;
      const state = stateOf(data);
      // Other tabs may be in the middle of a run of their own.
      if (!this.run.knows(state)) return;
      this.run.take(data);
      channel.postMessage({ taken: state } satisfies Taken);
    };
    const window = inject(DOCUMENT).defaultView!;
    const forget = () => this.run.forget();
    window.addEventListener('pagehide', forget);
    inject(DestroyRef).onDestroy(() => {
      channel.close();
      window.removeEventListener('pagehide', forget);
    });
  }

  protected async go(
    step: (typeof STEPS)[number]['place'],
    client: DeveloperClient,
  ): Promise<void> {
    await (step === 'revoke' ? this.revoke(client) : this.run[step]());
  }

  private async revoke({ name }: DeveloperClient): Promise<void> {
    await this.confirmation.ask({
      heading: { text: 'try.revoke.confirm.heading', values: { name } },
      points: [{ text: 'try.revoke.confirm.ends' }, { text: 'try.revoke.confirm.stays' }],
      confirm: { text: 'try.revoke.confirm.action' },
      danger: true,
      action: () => this.run.revoke(),
    });
  }

  /** The button goes with the run, so the focus goes to where the next one begins. */
  protected again(): void {
    void this.run.again();
    this.focus('try-authorize-heading');
  }

  protected focus(id: string): void {
    this.host.nativeElement.querySelector<HTMLElement>(`#${id}`)?.focus();
  }
}
