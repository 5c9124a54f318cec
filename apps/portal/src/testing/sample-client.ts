import type { RegistryClient } from '../app/api/types';

/** An application as the registry has it: offered to every company, with one secret. */
export function sampleClient(): RegistryClient {
  return {
    id: '5b0d3c5e-7a43-4f6c-9d4e-1c2b3a4d5e6f',
    version: 1,
    clientId: 'bestandsblick',
    kind: 'confidential',
    status: 'active',
    name: 'Bestandsblick',
    description: '',
    descriptionEn: '',
    publisher: 'Bestandsblick GmbH',
    publisherVerified: false,
    publisherVerification: null,
    redirectUris: ['https://bestandsblick.example/callback'],
    scopes: ['read'],
    requirePkce: true,
    logoUri: null,
    homepageUri: null,
    privacyPolicyUri: null,
    startUri: null,
    contactEmail: null,
    listed: true,
    accountIds: null,
    accounts: null,
    secrets: [
      {
        id: '8f0f1d2c-3b4a-4c5d-8e6f-7a8b9c0d1e2f',
        name: null,
        lastFour: 'x7Qk',
        createdAt: '2026-11-01T08:00:00.000Z',
        expiresAt: null,
        lastUsedAt: null,
      },
    ],
    createdAt: '2026-11-01T08:00:00.000Z',
    updatedAt: '2026-11-01T08:00:00.000Z',
  };
}
