import { beforeEach, expect, it } from '@jest/globals';
import { signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, shown } from '../../testing/portal-testing';
import { MistakesView } from './mistakes-view';
import { TryItRun } from './try-it-run';
import { TryItStep } from './try-it-step';

const FAILED = {
  request: { method: 'POST', url: 'https://flixcheck.example/guest/v7/oauth-tokens', headers: {} },
  answer: null,
  failed: true,
  logged: null,
};
const run = {
  client: signal({ kind: 'public', requirePkce: true }),
  readOnlyScope: signal(undefined),
  exchanges: signal({ exchange: [FAILED], mistake: [FAILED] }),
  busy: signal<string | null>(null),
  open: signal(false),
  language: signal('curl'),
  unready: signal<string | null>(null),
  granted: signal(false),
  needsSecret: signal(false),
  missing: signal({ exchange: null }),
  masked: (text: string) => text,
};

beforeEach(() => {
  run.unready.set(null);
  run.busy.set(null);
  TestBed.configureTestingModule({
    providers: [...providePortal(['try', 'reports']), { provide: TryItRun, useValue: run }],
  });
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
  run.busy.set('call');
  for (const each of fixtures) {
    await each.whenStable();
    expect(said(each)).toMatch(/^Es kam keine Antwort/);
  }
});

it('what a step has said goes while it asks anew', async () => {
  const step = exchangeStep();
  await shown(step, () => said(step));
  run.busy.set('exchange');
  await step.whenStable();
  expect(said(step)).toBe('');
});

it('a mistake says that it needs https where the browser cannot compute PKCE', async () => {
  run.unready.set('try.authorize.insecure');
  const mistakes = TestBed.createComponent(MistakesView);
  await shown(mistakes, () =>
    (mistakes.nativeElement as HTMLElement)
      .querySelector('#try-mistake-missing')
      ?.textContent?.includes('Ohne https'),
  );
});
