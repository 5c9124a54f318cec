import { inject, Injectable } from '@angular/core';
import { Dialogs } from '../ui/dialogs';
import { Messages } from '../ui/messages';
import { Formats } from '../i18n/formats';
import { fullName } from '../people/full-name';
import { Concerned, EndAllTarget, EndConnections, EndTarget } from './end-connections';
import type { EndDialog, EndQuestion } from './end-dialog';

const load = () => import('./end-dialog').then((file) => file.EndDialog);

/** Asks, ends, confirms. */
@Injectable({ providedIn: 'root' })
export class EndFlow {
  private readonly dialogs = inject(Dialogs);
  private readonly messages = inject(Messages);
  private readonly connections = inject(EndConnections);
  private readonly formats = inject(Formats);

  constructor() {
    this.dialogs.prepare(load);
  }

  /** @returns whether something has changed, so that lists should be read again */
  async run(target: EndTarget): Promise<boolean> {
    const known = target.kind === 'one' || target.kind === 'some';
    const concerned = known ? null : await this.concernedBy(target);
    if (target.kind === 'matching' && !concerned) {
      this.messages.show('connections.end.notCounted');
      return false;
    }
    if (concerned?.count === 0) {
      this.confirm(target, 0);
      return true;
    }
    const ended = await this.dialogs.open<EndDialog, EndQuestion, number>(load, {
      data: { target, concerned },
      // The heading says what is asked; the first button would be read without it.
      autoFocus: 'first-heading',
      restoreFocus: true,
      width: '34rem',
      maxWidth: 'calc(100vw - 2rem)',
    });
    if (ended === undefined) return false;
    this.confirm(target, ended);
    return true;
  }

  /** Whoever wants all ended need not wait until it is known how many there are. */
  private async concernedBy(target: EndAllTarget): Promise<Concerned | null> {
    return this.connections.concernedBy(target).catch(() => null);
  }

  private confirm(target: EndTarget, count: number): void {
    switch (target.kind) {
      case 'one': {
        const { appName: app, owner } = target;
        const person = fullName(owner);
        const text = owner ? 'connections.end.done.oneOf' : 'connections.end.done.one';
        return this.messages.show(text, { app, person });
      }
      case 'some':
      case 'matching':
        return this.messages.show(this.formats.plural(count, SOME_DONE), {
          count: this.formats.number(count),
        });
      case 'person':
        return this.messages.show(this.form(count, PERSON_DONE), {
          person: fullName(target.person),
          count: this.formats.number(count),
        });
      case 'app':
        return this.messages.show(this.form(count, APP_DONE), {
          app: target.appName,
          count: this.formats.number(count),
        });
    }
  }

  private form(count: number, forms: typeof PERSON_DONE): string {
    return count === 0 ? forms.none : this.formats.plural(count, forms);
  }
}

const SOME_DONE = {
  one: 'connections.end.done.some.one',
  other: 'connections.end.done.some.other',
};

const PERSON_DONE = {
  none: 'connections.end.done.person.none',
  one: 'connections.end.done.person.one',
  other: 'connections.end.done.person.other',
};

const APP_DONE = {
  none: 'connections.end.done.app.none',
  one: 'connections.end.done.app.one',
  other: 'connections.end.done.app.other',
};
