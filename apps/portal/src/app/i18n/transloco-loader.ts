import { inject, Injectable, Injector } from '@angular/core';
import { Router } from '@angular/router';
import { Translation, TranslocoLoader } from '@jsverse/transloco';
import { MissingPart } from '../ui/missing-part';

type Texts = () => Promise<{ default: Translation }>;

/** Each file is a chunk of its own: a page loads its texts, in the language that is spoken. */
const FILES: Record<string, Texts> = {
  de: () => import('../../i18n/first/de'),
  en: () => import('../../i18n/first/en'),
  'sign-in/de': () => import('../../i18n/sign-in/de.json'),
  'sign-in/en': () => import('../../i18n/sign-in/en.json'),
  'recovery/de': () => import('../../i18n/recovery/de.json'),
  'recovery/en': () => import('../../i18n/recovery/en.json'),
  'invitation/de': () => import('../../i18n/invitation/de.json'),
  'invitation/en': () => import('../../i18n/invitation/en.json'),
  'demo/de': () => import('../../i18n/demo/de.json'),
  'demo/en': () => import('../../i18n/demo/en.json'),
  'settings/de': () => import('../../i18n/settings/de.json'),
  'settings/en': () => import('../../i18n/settings/en.json'),
  'connections/de': () => import('../../i18n/connections/de.json'),
  'connections/en': () => import('../../i18n/connections/en.json'),
  'team/de': () => import('../../i18n/team/de.json'),
  'team/en': () => import('../../i18n/team/en.json'),
  'applications/de': () => import('../../i18n/applications/de.json'),
  'applications/en': () => import('../../i18n/applications/en.json'),
  'audit/de': () => import('../../i18n/audit/de.json'),
  'audit/en': () => import('../../i18n/audit/en.json'),
  'companies/de': () => import('../../i18n/companies/de.json'),
  'companies/en': () => import('../../i18n/companies/en.json'),
  'developer/de': () => import('../../i18n/developer/de.json'),
  'developer/en': () => import('../../i18n/developer/en.json'),
  'registry/de': () => import('../../i18n/registry/de.json'),
  'registry/en': () => import('../../i18n/registry/en.json'),
  'reports/de': () => import('../../i18n/reports/de.json'),
  'reports/en': () => import('../../i18n/reports/en.json'),
  'requests/de': () => import('../../i18n/requests/de.json'),
  'requests/en': () => import('../../i18n/requests/en.json'),
  'security/de': () => import('../../i18n/security/de.json'),
  'security/en': () => import('../../i18n/security/en.json'),
  'try/de': () => import('../../i18n/try/de.json'),
  'try/en': () => import('../../i18n/try/en.json'),
};

@Injectable()
export class PortalTexts implements TranslocoLoader {
  // The router's titles need texts, so that neither can have the other from the beginning.
  private readonly injector = inject(Injector);

  async getTranslation(path: string): Promise<Translation> {
    const load = FILES[path];
    if (!load) throw new Error(`no texts for ${path}`);
    try {
      return (await load()).default;
    } catch (cause) {
      this.injector.get(MissingPart).report(this.injector.get(Router).url);
      throw cause;
    }
  }
}
