import { describe, expect, it } from '@jest/globals';
import { MAIL_KINDS, type MailData } from './mail-kinds.js';

const words = { date: String, time: String } as never;

function decided(locale: 'de' | 'en', data: Partial<MailData['approval-decided']>): string {
  const { text } = MAIL_KINDS['approval-decided'];
  return text[locale](
    { application: 'Belegscanner', status: 'declined', answer: '', blocked: false, ...data },
    words,
  ).paragraphs.join(' ');
}

describe('mails about requests, to and about a person who may be connected already,', () => {
  it('say of a declined request that an existing connection goes on', () => {
    expect(decided('de', {})).toContain('läuft diese Verbindung weiter');
    expect(decided('de', {})).not.toContain('keinen Zugriff');
    expect(decided('en', {})).toContain('that connection goes on');
  });

  it('say of an application that has been blocked that it has no access', () => {
    expect(decided('de', { blocked: true })).toContain('keinen Zugriff');
    expect(decided('de', { blocked: true })).not.toContain('läuft');
    expect(decided('en', { blocked: true })).toContain('no access');
  });

  it('tell admins what an open request keeps the person from, and what it does not', () => {
    const asked = { person: 'User Musterhaus', application: 'Belegscanner', note: '' };
    const { text } = MAIL_KINDS['approval-requested'];
    expect(text.de(asked, words).after?.join(' ')).toContain('Was schon verbunden ist');
    expect(text.en(asked, words).after?.join(' ')).toContain('What is already connected goes on');
  });

  it('say of a request what holds now, not what was never allowed', () => {
    const asked = { person: 'User Musterhaus', application: 'Belegscanner', note: '' };
    const { text } = MAIL_KINDS['approval-requested'];
    expect(text.de(asked, words).paragraphs.join(' ')).toContain('erlauben das zurzeit nicht');
    expect(text.de(asked, words).paragraphs.join(' ')).not.toContain('bisher');
    expect(text.en(asked, words).paragraphs.join(' ')).toContain('do not allow that at present');
    expect(text.en(asked, words).paragraphs.join(' ')).not.toContain('so far');
  });
});
