import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { FactorRequirement } from '../api/types';
import { Confirmation } from '../ui/confirmation';
import { Messages } from '../ui/messages';
import type { Question } from '../ui/question';
import { RequiredFactors } from './required-factors';

const DEMAND = 'Von allen verlangen';
const RELEASE = 'Nicht mehr verlangen';

let requirement: FactorRequirement;
let fixture: ComponentFixture<RequiredFactors>;

beforeEach(() => {
  document.body.replaceChildren();
  requirement = { requiredFrom: null, people: 3, withFactor: 1, own: true, resetHours: 24 };
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['team', 'settings']),
      {
        provide: Api,
        useValue: {
          get: () => Promise.resolve({ resource: requirement }),
          patch: (_path: string, body: { resource: { graceDays: number | null } }) => {
            const requiredFrom = body.resource.graceDays === null ? null : '2026-12-10T10:00:00Z';
            requirement = { ...requirement, requiredFrom };
            return Promise.resolve({ resource: requirement });
          },
        },
      },
      {
        provide: Confirmation,
        useValue: {
          ask: async ({ action }: Question) => {
            await action?.(false);
            return true;
          },
        },
      },
      { provide: Messages, useValue: { show: jest.fn() } },
    ],
  });
  fixture = TestBed.createComponent(RequiredFactors);
  document.body.append(fixture.nativeElement as HTMLElement);
});

describe('the focus', () => {
  it.each([
    ['demanded', null, DEMAND, RELEASE],
    ['no longer demanded', '2026-11-01T10:00:00Z', RELEASE, DEMAND],
  ])('stays in the section once factors are %s', async (_what, requiredFrom, action, next) => {
    requirement = { ...requirement, requiredFrom };
    const button = await shown(fixture, () => control(fixture, action));
    button.focus();
    button.click();
    await shown(fixture, () => control(fixture, next));
    expect(document.activeElement?.id).toBe('required-factors-heading');
  });
});
