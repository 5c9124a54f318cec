import { describe, expect, it } from '@jest/globals';
import { securityHeaders } from './security-headers.js';

describe('the headers that protect browsers', () => {
  it('insist on https for a year, for all subdomains, where the world sees https', async () => {
    const headers = await securityHeaders({ publicUrl: 'https://connect.example' });
    expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
  });

  it('do not where it sees http, as on a developer’s machine', async () => {
    const headers = await securityHeaders({ publicUrl: 'http://localhost:3000' });
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});
