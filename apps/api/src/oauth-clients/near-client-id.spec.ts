import { describe, expect, it } from '@jest/globals';
import { nearestClientId } from './near-client-id.js';

const KNOWN = ['maklerwelt-crm', 'maklerwelt-crm-test', 'bestandsblick'];

describe('the client id that was meant', () => {
  it.each([
    ['with another case and a space', ' Maklerwelt-CRM', 'maklerwelt-crm'],
    ['with a character too many', 'bestandsblickk', 'bestandsblick'],
    ['with two exchanged', 'betsandsblick', 'bestandsblick'],
    ['with two missing', 'maklerwelt-crm-te', 'maklerwelt-crm-test'],
    ['with three wrong', 'bestandsXYZck', undefined],
    ['of somebody else', 'elsewhere', undefined],
  ])('%s', (_, sent, meant) => {
    expect(nearestClientId(sent, KNOWN)).toBe(meant);
  });
});
