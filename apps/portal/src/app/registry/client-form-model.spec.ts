import { describe, expect, it } from '@jest/globals';
import { sampleClient } from '../../testing/sample-client';
import { toChanges, toCreateInput, toModel } from './client-form-model';

describe('blanks around what an operator types', () => {
  const stored = toModel(sampleClient());

  it.each(['name', 'description', 'descriptionEn', 'publisher'] as const)(
    'are no part of what is registered: %s',
    (field) => {
      const typed = { ...toModel(null), [field]: ' Maklerwelt ' };
      expect(toCreateInput(typed)).toMatchObject({ [field]: 'Maklerwelt' });
    },
  );

  it('are no change of a name', () => {
    expect(toChanges(stored, { ...stored, name: ` ${stored.name} ` })).toEqual({});
  });
});

describe('a new application', () => {
  it('is offered to nobody until the operator says to whom', () => {
    expect(toCreateInput(toModel(null))).toMatchObject({ listed: false });
  });
});
