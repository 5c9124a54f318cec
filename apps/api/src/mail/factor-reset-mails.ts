import { type KindOfMail, NEWS_WITHIN_MS } from './mail-text.js';

/** What the mails about a second factor that is lost need to know. */
export interface FactorResetData {
  /**
   * To the user, who may not be the one who asked an admin for it. The token is good for stopping it;
   * `by`: null where Flixcheck does it.
   */
  'factor-reset-announced': { token: string; at: string; by: string | null };
  /** It will not happen: to the user (`person` is null), and to the admin who asked for it. */
  'factor-reset-stopped': { how: ResetStop; person: string | null };
}

/**
 * By the link in the mail; by the factor itself, which is there after all; by an admin; because the one
 * who asked is no admin any more; because nothing is left to reset; because its user has disavowed a
 * sign-in.
 */
export type ResetStop = 'link' | 'factor' | 'admin' | 'asker' | 'removed' | 'disavowed';

const STOPPED_DE: Record<ResetStop, (of: string) => string> = {
  link: (of) => `${of} hat die Zurücksetzung über den Link in unserer E-Mail gestoppt.`,
  factor: () =>
    'Die App oder der Passkey wurde benutzt. Wer sie noch hat, braucht keine Zurücksetzung.',
  admin: () => 'Die Administration hat die Zurücksetzung abgesagt.',
  asker: () =>
    'Wer die Zurücksetzung veranlasst hat, gehört nicht mehr zur Administration Ihres Unternehmens.',
  removed: () => 'Es gibt weder eine App noch einen Passkey mehr, also nichts zurückzusetzen.',
  disavowed: (of) =>
    `${of} hat gemeldet, dass eine Anmeldung von jemand anderem kam. Damit entfällt die Zurücksetzung.`,
};
const STOPPED_EN: Record<ResetStop, (of: string) => string> = {
  link: (of) => `${of} stopped the reset with the link in our e-mail.`,
  factor: () => 'The app or the passkey was used. Whoever still has it needs no reset.',
  admin: () => 'An admin has called the reset off.',
  asker: () => 'Whoever asked for the reset is no longer an admin of your company.',
  removed: () => 'There is neither an app nor a passkey any more, so there is nothing to reset.',
  disavowed: (of) => `${of} reported a sign-in by somebody else, which cancels the reset.`,
};

/** A lost second factor, before and instead of being reset; nobody does without it. */
export const FACTOR_RESET_MAILS: {
  [Kind in keyof FactorResetData]: KindOfMail<FactorResetData[Kind]>;
} = {
  'factor-reset-announced': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ token, at, by }, { moment }) => ({
        subject: 'Ihre Anmeldung wird zurückgesetzt',
        paragraphs: [
          `${by ?? 'Flixcheck'} setzt Ihre Anmeldung zurück, weil Sie Ihre App oder Ihr Gerät nicht mehr haben. Zum genannten Zeitpunkt werden die zwei Schritte ausgeschaltet und alle Passkeys entfernt. Danach genügt für die Anmeldung Ihr Passwort. Haben Sie darum gebeten? Dann müssen Sie nichts tun.`,
          'Haben Sie kein Passwort, oder kennen Sie es nicht mehr? Dann setzen Sie über „Passwort vergessen?“ auf der Anmeldeseite ein neues.',
        ],
        facts: [['Zeitpunkt', moment(at)]],
        button: { label: 'Nein, nicht zurücksetzen', path: `/portal/keep-factor#${token}` },
        after: [
          'Haben Sie nicht darum gebeten, oder haben Sie App oder Gerät wiedergefunden? Dann stoppen Sie die Zurücksetzung über die Schaltfläche, oder melden Sie sich damit an. Geben Sie diese E-Mail nicht weiter.',
        ],
      }),
      en: ({ token, at, by }, { moment }) => ({
        subject: 'Your sign-in will be reset',
        paragraphs: [
          `${by ?? 'Flixcheck'} is resetting your sign-in, because you no longer have your app or your device. At the time below, two-step sign-in is switched off and all passkeys are removed. From then on, your password is enough to sign in. Did you ask for it? Then there is nothing to do.`,
          'You have no password, or no longer know it? Set one with “Forgot your password?” on the sign-in page.',
        ],
        facts: [['Time', moment(at)]],
        button: { label: 'No, do not reset', path: `/portal/keep-factor#${token}` },
        after: [
          'You did not ask for it, or have found your app or device again? Then stop the reset with the button, or sign in with it. Do not forward this e-mail.',
        ],
      }),
    },
  },
  'factor-reset-stopped': {
    sendWithinMs: NEWS_WITHIN_MS,
    text: {
      de: ({ how, person }) =>
        person === null
          ? {
              subject: 'Ihre Anmeldung wird nicht zurückgesetzt',
              paragraphs: [STOPPED_DE[how]('Jemand'), 'An Ihrer Anmeldung ändert sich nichts.'],
              after: [
                how === 'asker'
                  ? 'Haben Sie App oder Gerät wirklich nicht mehr? Dann bitten Sie jemand anderen aus der Administration um die Zurücksetzung.'
                  : 'Waren Sie das nicht? Dann hat jemand Zugang zu Ihrem Konto. Bitten Sie gleich die Administration Ihres Unternehmens um Hilfe.',
              ],
            }
          : {
              subject: `Die Anmeldung von ${person} wird nicht zurückgesetzt`,
              paragraphs: [STOPPED_DE[how](person)],
              after: [
                `Fragen Sie persönlich nach, ob ${person} wirklich um die Zurücksetzung gebeten hat. Sonst wollte sich jemand anderes damit Zugang verschaffen.`,
              ],
            },
      en: ({ how, person }) =>
        person === null
          ? {
              subject: 'Your sign-in will not be reset',
              paragraphs: [STOPPED_EN[how]('Somebody'), 'Your sign-in stays as it is.'],
              after: [
                how === 'asker'
                  ? 'You really no longer have your app or device? Then ask another admin for the reset.'
                  : 'This was not you? Then somebody has access to your account. Ask your company’s admin for help right away.',
              ],
            }
          : {
              subject: `The sign-in of ${person} will not be reset`,
              paragraphs: [STOPPED_EN[how](person)],
              after: [
                `Ask in person whether ${person} really wanted the reset. If not, somebody else was trying to get in.`,
              ],
            },
    },
  },
};
