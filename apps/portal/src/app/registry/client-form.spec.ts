import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { sampleClient } from '../../testing/sample-client';
import { Api } from '../api/api';
import { errorFromAnswer, unreachableError } from '../api/problem';
import { ClientForm } from './client-form';

const get = jest.fn<(path: string) => Promise<unknown>>();
const patch = jest.fn<(path: string, body: unknown) => Promise<unknown>>();
const COMPANIES = [{ id: 'a1', name: 'Beispiel Assekuranz AG' }];

let fixture: ComponentFixture<ClientForm>;

const host = () => fixture.nativeElement as HTMLElement;
const radio = (way: string) => host().querySelector<HTMLInputElement>(`#listed-${way}`);

async function choose(way: 'all' | 'chosen' | 'none'): Promise<void> {
  radio(way)!.click();
  await fixture.whenStable();
}

async function save(): Promise<void> {
  (await shown(fixture, () => control(fixture, 'Änderungen speichern')))!.click();
  await fixture.whenStable();
}

beforeEach(async () => {
  const client = sampleClient();
  get.mockReset();
  get.mockImplementation((path) =>
    path.includes('/accounts?')
      ? Promise.resolve({ resources: COMPANIES, meta: { total: 1 } })
      : Promise.reject(unreachableError()),
  );
  patch.mockReset();
  patch.mockResolvedValue({ resource: client });
  TestBed.configureTestingModule({
    providers: [...providePortal(['registry']), { provide: Api, useValue: { get, patch } }],
  });
  fixture = TestBed.createComponent(ClientForm);
  fixture.componentRef.setInput('client', client);
  fixture.componentRef.setInput('scopes', []);
  await shown(fixture, () => radio('all'));
});

describe('whom an application is offered to', () => {
  it('can be nobody after no company has been chosen', async () => {
    await choose('chosen');
    await choose('none');
    expect(host().querySelector<HTMLInputElement>('#client-limited')?.checked).toBe(false);
    await save();
    expect(patch.mock.calls[0]?.[1]).toEqual({ resource: { listed: false } });
  });

  it('keeps the chosen companies as those who may connect it, and when somebody looks around', async () => {
    await choose('chosen');
    (await shown(fixture, () => host().querySelector<HTMLInputElement>('#company-a1')))!.click();
    await choose('all');
    await choose('chosen');
    expect(host().querySelector<HTMLInputElement>('#company-a1')?.checked).toBe(true);
    await choose('none');
    expect(host().querySelector<HTMLInputElement>('#client-limited')?.checked).toBe(true);
    expect(host().querySelectorAll('fx-company-choices')).toHaveLength(1);
  });
});

describe('the buttons to save and to discard', () => {
  const focused = (name: string) =>
    shown(fixture, () => document.activeElement?.textContent?.trim() === name);

  beforeEach(() => document.body.replaceChildren(host()));

  it.each(['Änderungen speichern', 'Verwerfen'])(
    'leave the focus beside them when they go: %s',
    async (name) => {
      await choose('none');
      const button = await shown(fixture, () => control(fixture, name));
      patch.mockImplementation(() => {
        const saved = { ...sampleClient(), listed: false };
        fixture.componentRef.setInput('client', saved);
        return Promise.resolve({ resource: saved });
      });
      button.focus();
      button.click();
      await shown(fixture, () => !control(fixture, name));
      await focused('Vorschau');
    },
  );
});

describe('after saving or discarding', () => {
  beforeEach(() => document.body.replaceChildren(host()));

  it.each(['Änderungen speichern', 'Verwerfen'])(
    'the focus is back where something was changed, and the page does not move: %s',
    async (name) => {
      const field = radio('none')!;
      field.focus();
      await choose('none');
      const button = await shown(fixture, () => control(fixture, name));
      patch.mockImplementation(() => {
        const saved = { ...sampleClient(), listed: false };
        fixture.componentRef.setInput('client', saved);
        return Promise.resolve({ resource: saved });
      });
      button.focus();
      const focus = jest.spyOn(field, 'focus');
      button.click();
      await shown(fixture, () => document.activeElement === field);
      expect(focus).toHaveBeenCalledWith({ preventScroll: true });
    },
  );
});

describe('a link', () => {
  it.each([
    ['http://firma.example/ds', 'Die Adresse muss mit https:// beginnen'],
    ['firma.example', 'Bitte die vollständige Adresse eingeben'],
  ])('is told what it lacks: %s', async (typed, said) => {
    const field = host().querySelector<HTMLInputElement>('#client-privacy')!;
    field.value = typed;
    field.dispatchEvent(new Event('input'));
    await save();
    expect(textOf(fixture)).toContain(said);
    expect(patch).not.toHaveBeenCalled();
  });
});

describe('without an answer', () => {
  beforeEach(() => choose('none'));

  it('nobody knows whether anything has been saved', async () => {
    patch.mockRejectedValue(unreachableError());
    await save();
    await shown(fixture, () => textOf(fixture).includes('Ob etwas gespeichert wurde, ist nicht'));
  });

  it('it is sent again at the next press, though nothing has been changed since', async () => {
    patch.mockRejectedValueOnce(unreachableError());
    await save();
    await shown(fixture, () => textOf(fixture).includes('Ob etwas gespeichert wurde, ist nicht'));
    await save();
    expect(patch).toHaveBeenCalledTimes(2);
    await shown(fixture, () => !textOf(fixture).includes('Ob etwas gespeichert wurde'));
  });

  it('it is known that what somebody else has overtaken has not been saved', async () => {
    patch.mockRejectedValue(errorFromAnswer(412, new Headers(), { code: 'precondition_failed' }));
    await save();
    await shown(fixture, () =>
      textOf(fixture).includes('Bitte prüfen Sie Ihre Internetverbindung'),
    );
    expect(textOf(fixture)).not.toContain('Ob etwas gespeichert wurde');
  });
});
