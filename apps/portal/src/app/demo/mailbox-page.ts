import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import { apiResource } from '../api/api-resource';
import { DemoMail, ListEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { GuestLayout } from '../ui/guest-layout';
import { PageState } from '../ui/page-state';

/** A line of a mail, with the address that stands alone in it as a link into the portal. */
interface Line {
  text: string;
  link: boolean;
}

/** The mails that the demo would have sent. Where they go to people, the API has none to show. */
@Component({
  selector: 'fx-mailbox-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, PageState, TranslocoDirective],
  templateUrl: './mailbox-page.html',
  styleUrl: './mailbox-page.scss',
})
export class MailboxPage {
  protected readonly formats = inject(Formats);
  protected readonly icon = searchOff;

  protected readonly answer = apiResource<ListEnvelope<DemoMail>>(() => '/guest/v7/demo-mails');
  protected readonly mails = computed(() =>
    this.answer.hasValue()
      ? this.answer.value().resources.map((mail) => ({ ...mail, lines: linesOf(mail.text) }))
      : [],
  );
  /** A program that sends its mails has no mailbox. */
  protected readonly absent = computed(() => this.answer.error() !== undefined);
}

function linesOf(text: string): Line[] {
  const own = `${location.origin}/portal/`;
  return text.split('\n').map((line) => ({ text: line, link: line.startsWith(own) }));
}
