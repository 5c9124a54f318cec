import { describe, it } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { providePortal, shown, textOf } from '../../testing/portal-testing';
import { AvailableClient } from '../api/types';
import { Preferences } from '../i18n/preferences';
import { ClientCard } from './client-card';

const client: AvailableClient = {
  clientId: 'belegscanner',
  name: 'Belegscanner',
  description: 'Liest Belege.',
  descriptionEn: 'Reads receipts.',
  publisher: 'Belegscanner AG',
  publisherVerified: true,
  kind: 'confidential',
  scopes: ['read'],
  logoUri: null,
  homepageUri: null,
  privacyPolicyUri: null,
  startUri: null,
  authorizable: true,
  connected: false,
  connectionId: null,
  grantedInAdvance: false,
};

describe('the description of an application', () => {
  it('is in the reader’s language, as far as there is one', async () => {
    TestBed.configureTestingModule({ providers: providePortal(['connections']) });
    const fixture = TestBed.createComponent(ClientCard);
    fixture.componentRef.setInput('client', client);
    await shown(fixture, () => textOf(fixture).includes('Liest Belege.'));
    TestBed.inject(Preferences).setLanguage('en');
    await shown(fixture, () => textOf(fixture).includes('Reads receipts.'));
    fixture.componentRef.setInput('client', { ...client, descriptionEn: '' });
    await shown(fixture, () => textOf(fixture).includes('Liest Belege.'));
  });
});
