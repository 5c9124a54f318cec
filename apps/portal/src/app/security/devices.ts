import { ChangeDetectionStrategy, Component, computed, inject, viewChild } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import computer from '@material-symbols/svg-400/rounded/computer.svg';
import unknown from '@material-symbols/svg-400/rounded/devices.svg';
import phone from '@material-symbols/svg-400/rounded/mobile.svg';
import tablet from '@material-symbols/svg-400/rounded/tablet.svg';
import program from '@material-symbols/svg-400/rounded/terminal.svg';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { Device, ListEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { Waiting } from '../ui/waiting';
import { SettingsSection } from '../ui/settings-section';

const SESSIONS = '/user/v7/sessions';
type DeviceWords = Device['device'];

const ICONS: Record<DeviceWords['kind'], string> = { computer, phone, tablet, program, unknown };

/** Where somebody is signed in, and signing out there. */
@Component({
  selector: 'fx-devices',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, LoadError, Moment, SettingsSection, TranslocoDirective, Waiting],
  templateUrl: './devices.html',
  styleUrl: './devices.scss',
})
export class Devices {
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly transloco = inject(TranslocoService);
  private readonly section = viewChild(SettingsSection);
  protected readonly formats = inject(Formats);

  private readonly sessions = apiResource<ListEnvelope<Device>>(() => `${SESSIONS}?limit=100`);
  protected readonly error = computed(() => this.sessions.error());
  protected readonly devices = computed(() => {
    if (!this.sessions.hasValue()) return null;
    return [...this.sessions.value().resources].sort(
      (a, b) => Number(b.current) - Number(a.current) || b.lastSeenAt.localeCompare(a.lastSeenAt),
    );
  });
  protected readonly others = computed(
    () => this.devices()?.filter((device) => !device.current).length ?? 0,
  );
  protected readonly icons = ICONS;

  reload(): void {
    this.sessions.reload();
  }

  protected async end(device: Device): Promise<void> {
    const values = { device: this.nameOf(device.device) };
    const done = await this.confirmation.ask({
      heading: { text: 'security.devices.end.heading' },
      points: [
        { text: 'security.devices.end.text', values },
        { text: 'security.devices.end.connections' },
      ],
      confirm: { text: 'security.devices.end.confirm' },
      danger: true,
      action: () => this.endSession(device.id),
    });
    if (done) this.finish('security.devices.end.done', values);
  }

  protected async endOthers(): Promise<void> {
    const count = this.others();
    const values = { count: this.formats.number(count) };
    const done = await this.confirmation.ask({
      heading: { text: 'security.devices.endOthers.heading' },
      points: [
        {
          text: this.formats.plural(count, {
            one: 'security.devices.endOthers.text.one',
            other: 'security.devices.endOthers.text.other',
          }),
          values,
        },
        { text: 'security.devices.end.connections' },
      ],
      confirm: { text: 'security.devices.endOthers.confirm' },
      danger: true,
      action: () => this.api.delete(SESSIONS),
    });
    if (done) this.finish('security.devices.endOthers.done');
  }

  /** "Firefox auf Windows", as far as it is known. */
  protected nameOf({ browser, system, kind }: DeviceWords): string {
    const name = (text: string) => this.transloco.translate(text, { browser, system });
    if (kind === 'program') return name('security.devices.name.program');
    if (browser && system) return name('security.devices.name.both');
    return browser ?? system ?? name('security.devices.name.unknown');
  }

  private async endSession(id: string): Promise<void> {
    try {
      await this.api.delete(`${SESSIONS}/${encodeURIComponent(id)}`);
    } catch (cause) {
      // It has ended by itself in the meantime.
      if (apiErrorFrom(cause).code !== 'not_found') throw cause;
    }
  }

  private finish(text: string, values?: Record<string, unknown>): void {
    this.messages.show(text, values);
    this.reload();
    this.section()?.focus();
  }
}
