import { Injectable } from '@angular/core';
import { Translation, TranslocoLoader } from '@jsverse/transloco';

type Texts = () => Promise<{ default: Translation }>;

/** Each file is a chunk of its own: a page loads its texts, in the language that is spoken. */
const FILES: Record<string, Texts> = {
  de: () => import('../../i18n/first/de'),
  en: () => import('../../i18n/first/en'),
  'sign-in/de': () => import('../../i18n/sign-in/de.json'),
  'sign-in/en': () => import('../../i18n/sign-in/en.json'),
  'settings/de': () => import('../../i18n/settings/de.json'),
  'settings/en': () => import('../../i18n/settings/en.json'),
  'connections/de': () => import('../../i18n/connections/de.json'),
  'connections/en': () => import('../../i18n/connections/en.json'),
  'team/de': () => import('../../i18n/team/de.json'),
  'team/en': () => import('../../i18n/team/en.json'),
  'security/de': () => import('../../i18n/security/de.json'),
  'security/en': () => import('../../i18n/security/en.json'),
};

@Injectable()
export class PortalTexts implements TranslocoLoader {
  async getTranslation(path: string): Promise<Translation> {
    const load = FILES[path];
    if (!load) throw new Error(`no texts for ${path}`);
    return (await load()).default;
  }
}
