import { describe, expect, it } from '@jest/globals';
import { ConnectionEvent, OAuthScope } from '../api/types';
import { Right } from '../scopes/scope-words';
import { timeline } from './event-words';

let id = 0;
function event(type: ConnectionEvent['type'], more: Partial<ConnectionEvent> = {}) {
  id += 1;
  const at = `2026-11-${String(30 - id).padStart(2, '0')}T08:00:00.000Z`;
  return {
    id: String(id),
    at,
    type,
    actor: null,
    scope: null,
    detail: null,
    inAdvance: false,
    former: null,
    ...more,
  };
}
const scope = (name: 'read' | 'readwrite', viewOnly: boolean, right: Right): OAuthScope => ({
  scope: name,
  includes: [],
  viewOnly,
  meaning: name,
  name: right,
  rights: [right],
});
const anna = { id: 'u1', firstName: 'Anna', lastName: 'Muster' };

describe('the history of a connection', () => {
  it('says who, and speaks to the reader where it was the reader', () => {
    const events = [event('granted', { actor: anna })];
    expect(timeline(events, 'u2', [])[0]).toMatchObject({
      text: 'connections.events.granted',
      name: 'Anna Muster',
    });
    expect(timeline(events, 'u1', [])[0]?.text).toBe('connections.events.grantedSelf');
  });

  it('names the company and its admin for a consent that was given in advance', () => {
    const events = [
      event('renewed', { actor: null, inAdvance: true }),
      event('granted', { actor: anna, inAdvance: true }),
    ];
    expect(timeline(events, 'u2', [])).toMatchObject([
      { text: 'connections.events.renewedInAdvance', through: null },
      { text: 'connections.events.grantedInAdvance', through: 'Anna Muster' },
    ]);
  });

  it('says who has reduced what the application may do', () => {
    const narrowed = [event('narrowed', { actor: anna, scope: 'read' })];
    expect(timeline(narrowed, 'u2', [])[0]).toMatchObject({
      text: 'connections.events.narrowed',
      name: 'Anna Muster',
      scope: 'read',
    });
    expect(timeline(narrowed, 'u1', [])[0]?.text).toBe('connections.events.narrowedSelf');
    expect(timeline([event('narrowed')], 'u1', [])[0]?.text).toBe(
      'connections.events.narrowedByFlixcheck',
    );
  });

  it('of a renewal, says which rights were added, which were dropped, and the new end', () => {
    const [may, see] = [
      { de: 'Anlegen', en: 'Create' },
      { de: 'Ansehen', en: 'View' },
    ];
    const scopes = [
      scope('read', true, see),
      { ...scope('readwrite', false, may), includes: ['read' as const] },
    ];
    const changes = (more: Partial<ConnectionEvent>) =>
      timeline([event('renewed', more)], undefined, scopes)[0]?.changes;
    const christmas = '2026-12-24T08:00:00.000Z';
    const spring = '2027-03-20T08:00:00.000Z';
    expect(
      changes({ scope: 'readwrite', detail: spring, former: { scope: 'read', expiresAt: null } }),
    ).toEqual({ added: [may], dropped: [], end: { from: null, to: spring } });
    expect(
      changes({
        scope: 'read',
        detail: null,
        former: { scope: 'readwrite', expiresAt: christmas },
      }),
    ).toEqual({ added: [], dropped: [may], end: { from: christmas, to: null } });
    const same = { scope: 'read', detail: spring, former: { scope: 'read', expiresAt: spring } };
    expect(changes(same)).toEqual({ added: [], dropped: [], end: null });
    expect(timeline([event('renewed', same)], undefined, scopes)[0]?.until).toBe(spring);
    const limited = event('limit_changed', { ...same, scope: null, detail: christmas });
    expect(timeline([limited], undefined, scopes)[0]).toMatchObject({
      changes: { added: [], dropped: [], end: { from: spring, to: christmas } },
      until: null,
    });
  });

  it('says how it ended', () => {
    const texts = [
      event('revoked', { actor: anna, detail: 'admin' }),
      event('revoked', { detail: 'client' }),
      event('revoked', { detail: 'client_disabled' }),
    ].map((ended) => timeline([ended], undefined, [])[0]?.text);
    expect(texts).toEqual([
      'connections.ended.admin',
      'connections.ended.client',
      'connections.ended.clientDisabled',
    ]);
  });

  it('puts a run of routine events into one entry and keeps what matters apart', () => {
    const events = [
      event('refreshed'),
      event('refreshed'),
      event('refreshed'),
      event('reuse_detected'),
      event('reuse_detected'),
      event('refreshed'),
    ];
    const entries = timeline(events, undefined, []);
    expect(entries.map(({ count }) => count)).toEqual([3, 1, 1, 1]);
    expect(entries[0]).toMatchObject({ at: events[0]?.at, since: events[2]?.at });
  });

  it('of use and refreshes, a run counts days, because the API notes them once a day', () => {
    const refreshes = [event('refreshed'), event('refreshed')];
    // Another lineage, on the same day.
    refreshes.push(event('refreshed', { at: refreshes[1]?.at.replace('T08', 'T07') }));
    const [used, refreshed] = timeline([event('used'), event('used'), ...refreshes], undefined, []);
    expect(used).toMatchObject({ count: 2, daily: true });
    expect(refreshed).toMatchObject({ count: 2, daily: true });
  });
});
