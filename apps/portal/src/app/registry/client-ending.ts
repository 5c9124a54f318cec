import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { ClientConnections, Envelope, RegistryClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { SettingsSection } from '../ui/settings-section';
import { come } from '../ui/come';
import { Confirmation } from '../ui/confirmation';
import { Deletion } from '../ui/deletion';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { Waiting } from '../ui/waiting';
import { harmInWords } from './harm-words';
import { REGISTRY } from './registry-clients';

/** Switches an application off and on again, or deletes it; says before what that ends. */
@Component({
  selector: 'fx-client-ending',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [SettingsSection, TranslocoDirective, Waiting],
  template: `
    <fx-settings-section
      *transloco="let t"
      name="ending"
      [heading]="t(off() ? 'registry.part.ending.offTitle' : 'registry.part.ending.title')"
      [text]="t(off() ? 'registry.part.ending.offText' : 'registry.part.ending.text')"
    >
      @if (come()) {
        <div class="part">
          <div>
            <h3>{{ t(off() ? 'registry.enable.title' : 'registry.disable.title') }}</h3>
            <p class="fx-small fx-muted" role="status">
              @if (off()) {
                {{ t('registry.enable.text') }}
              } @else if (harm(); as words) {
                {{ t(words.text, words.values) }}
              }
            </p>
          </div>
          <button
            type="button"
            class="fx-button fx-button--compact"
            [class.fx-button--danger-quiet]="!off()"
            [class.fx-button--secondary]="off()"
            (click)="toggle()"
          >
            {{ t(off() ? 'registry.enable.action' : 'registry.disable.action') }}
          </button>
        </div>
        <div class="part">
          <div>
            <h3>{{ t('registry.delete.title') }}</h3>
            <p class="fx-small fx-muted">{{ t('registry.delete.text') }}</p>
          </div>
          <button
            type="button"
            class="fx-button fx-button--compact fx-button--danger-quiet"
            (click)="remove()"
          >
            {{ t('registry.delete.action') }}
          </button>
        </div>
      } @else {
        <div class="ghost" aria-busy="true"><fx-waiting /></div>
      }
    </fx-settings-section>
  `,
  styles: `
    .ghost {
      min-height: 8rem;
    }
    .part {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--fx-space-3) var(--fx-space-5);
      padding: var(--fx-space-5);
    }
    .part > div {
      flex: 1 1 16rem;
    }
    .part + .part {
      border-top: 1px solid var(--mat-sys-outline-variant);
    }
    h3 {
      font-size: var(--fx-text-md);
    }
  `,
})
export class ClientEnding {
  /** A new object where it has been saved: its connections are counted anew. */
  readonly client = input.required<RegistryClient>();
  readonly changed = output<RegistryClient>();
  readonly deleted = output();

  private readonly formats = inject(Formats);
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly deletion = inject(Deletion);
  private readonly messages = inject(Messages);

  protected readonly off = computed(() => this.client().status === 'disabled');
  private readonly path = computed(() => `${REGISTRY}/${this.client().id}`);
  private readonly connections = apiResource<Envelope<ClientConnections>>(() =>
    this.off() ? undefined : `${this.path()}/connections`,
  );
  protected readonly come = come(
    () => this.off() || this.connections.hasValue() || !!this.connections.error(),
  );
  /** What disabling or deleting ends; null while it is not known. */
  protected readonly harm = computed<Words | null>(() =>
    this.connections.hasValue()
      ? harmInWords(this.connections.value().resource, this.formats)
      : null,
  );

  constructor() {
    // What has been saved may have ended connections.
    effect(() => {
      this.client();
      untracked(() => this.connections.reload());
    });
  }

  protected async toggle(): Promise<void> {
    const values = { name: this.client().name };
    const disable = !this.off();
    const done = await this.confirmation.ask(async () => ({
      heading: { text: disable ? 'registry.disable.heading' : 'registry.enable.heading', values },
      points: disable
        ? [
            await this.fresh(),
            { text: 'registry.disable.refused' },
            { text: 'registry.disable.later' },
          ]
        : [{ text: 'registry.enable.again' }, { text: 'registry.enable.connections' }],
      confirm: { text: disable ? 'registry.disable.action' : 'registry.enable.action' },
      danger: disable,
      action: async () => {
        const { resource } = await this.api.patch<Envelope<RegistryClient>>(
          this.path(),
          { resource: { status: disable ? 'disabled' : 'active' } },
          this.unchanged(),
        );
        this.changed.emit(resource);
      },
    }));
    if (!done) return;
    this.messages.show(disable ? 'registry.disable.done' : 'registry.enable.done', values);
  }

  protected async remove(): Promise<void> {
    const { name } = this.client();
    const deleted = await this.deletion.ask(async () => ({
      heading: { text: 'registry.delete.heading', values: { name } },
      points: [
        await this.fresh(),
        { text: 'registry.delete.forGood' },
        ...(this.off() ? [] : [{ text: 'registry.delete.instead' }]),
      ],
      name,
      type: { text: 'registry.delete.type', values: { name } },
      wrong: 'registry.delete.wrong',
      confirm: 'registry.delete.confirm',
      action: () => this.api.delete(this.path(), this.unchanged()),
    }));
    if (deleted) this.deleted.emit();
  }

  /** The decision is about the client as it is shown. */
  private unchanged() {
    return { headers: { 'if-match': `"${this.client().version}"` } };
  }

  /** The numbers of this moment, or words without numbers where they do not come. */
  private async fresh(): Promise<Words> {
    try {
      const { resource } = await this.api.get<Envelope<ClientConnections>>(
        `${this.path()}/connections`,
      );
      return harmInWords(resource, this.formats);
    } catch {
      return { text: 'registry.harm.unknown' };
    }
  }
}
