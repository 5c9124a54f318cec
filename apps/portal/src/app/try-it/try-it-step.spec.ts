import { beforeEach, expect, it } from '@jest/globals';
import { signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, shown } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { DeveloperClient } from '../api/types';
import { SessionStore } from '../session/session-store';
import { Exchange, Exchanges } from './exchanges';
import { MistakeRun } from './mistake-run';
import { MistakesView } from './mistakes-view';
import { TryItRun } from './try-it-run';
import { TryItStep } from './try-it-step';

const CLIENT = { kind: 'public', requirePkce: true, scopes: [] } as unknown as DeveloperClient;
const FAILED: Exchange = {
  request: { method: 'POST', url: 'https://flixcheck.example/guest/v7/oauth-tokens', headers: {} },
  answer: null,
  failed: true,
  logged: null,
};

let exchanges: Exchanges;

beforeEach(() => {
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['try', 'reports']),
      Exchanges,
      MistakeRun,
      TryItRun,
      { provide: Api, useValue: {} },
      { provide: SessionStore, useValue: { user: signal(null) } },
    ],
  });
  exchanges = TestBed.inject(Exchanges);
  exchanges.client.set(CLIENT);
  exchanges.shown.update((all) => ({ ...all, exchange: [FAILED], mistake: [FAILED] }));
});

const said = (fixture: ComponentFixture<unknown>) =>
  (fixture.nativeElement as HTMLElement).querySelector('[role=status]')?.textContent?.trim();

function exchangeStep(): ComponentFixture<TryItStep> {
  const step = TestBed.createComponent(TryItStep);
  step.componentRef.setInput('place', 'exchange');
  step.componentRef.setInput('label', 'Code einlösen');
  return step;
}

it('a request that got no answer is said aloud, at a step and at a mistake', async () => {
  const step = exchangeStep();
  await shown(step, () => said(step)?.startsWith('Es kam keine Antwort.'));
  const mistakes = TestBed.createComponent(MistakesView);
  await shown(mistakes, () => said(mistakes)?.startsWith('Es kam keine Antwort.'));
});

it('an answer is said once: a request of another step does not take it back and say it again', async () => {
  const fixtures = [exchangeStep(), TestBed.createComponent(MistakesView)];
  for (const each of fixtures) await shown(each, () => said(each));
  exchanges.busy.set('call');
  for (const each of fixtures) {
    await each.whenStable();
    expect(said(each)).toMatch(/^Es kam keine Antwort/);
  }
});

it('what a step has said goes while it asks anew', async () => {
  const step = exchangeStep();
  await shown(step, () => said(step));
  exchanges.busy.set('exchange');
  await step.whenStable();
  expect(said(step)).toBe('');
});

it('a mistake says that it needs https where the browser cannot compute PKCE', async () => {
  TestBed.inject(TryItRun).insecure.set(true);
  const mistakes = TestBed.createComponent(MistakesView);
  await shown(mistakes, () =>
    (mistakes.nativeElement as HTMLElement)
      .querySelector('#try-mistake-missing')
      ?.textContent?.includes('Ohne https'),
  );
});
