import { describe, expect, it } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { providePortal } from '../../testing/portal-testing';
import { Formats } from '../i18n/formats';
import { tooLong } from './field-errors';

describe('what is too long', () => {
  it('says how many characters were written, as people count them, and how many there may be', () => {
    TestBed.configureTestingModule({ providers: providePortal([]) });
    const formats = TestBed.inject(Formats);
    const name = ` ${'𝕏'.repeat(1234)} `;
    expect(tooLong(name, 100, formats)).toEqual({ written: formats.number(1234), max: '100' });
  });
});
