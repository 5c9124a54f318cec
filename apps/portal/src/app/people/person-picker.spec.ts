import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { TeamUser } from '../api/types';
import { PersonPicker } from './person-picker';

const get = jest.fn<(path: string, options: { signal: AbortSignal }) => Promise<unknown>>();
const picked = jest.fn<(person: TeamUser | null) => void>();

const person = (id: string, more: object = {}) => ({
  id,
  firstName: 'Petra',
  lastName: id,
  email: `${id}@musterhaus.example`,
  status: 'active',
  ...more,
});
const found = (...resources: object[]) => ({ resources, meta: { total: resources.length } });

let fixture: ComponentFixture<PersonPicker>;
let input: HTMLInputElement;
const options = () => [...document.querySelectorAll<HTMLElement>('mat-option')];
const texts = () => options().map((option) => option.textContent?.trim().replace(/\s+/g, ' '));
const terms = () =>
  get.mock.calls.map(([path]) => new URL(path, 'http://portal').searchParams.get('q') ?? '');

/** Also while an answer is on its way, with which nothing is stable. */
async function until<T>(find: () => T | null | undefined | false): Promise<T> {
  for (let turn = 0; turn < 500; turn++) {
    const is = find();
    if (is) return is;
    await new Promise((resolve) => setTimeout(resolve));
  }
  throw new Error(`not shown; there is: ${texts().join(' | ')}`);
}

/** New options are taken up by a timer. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve));
}

async function open(inputs: Record<string, unknown> = {}): Promise<void> {
  fixture = TestBed.createComponent(PersonPicker);
  fixture.componentRef.setInput('label', 'Person');
  for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
  fixture.componentInstance.picked.subscribe(picked);
  document.body.append(fixture.nativeElement as HTMLElement);
  input = await until(() =>
    (fixture.nativeElement as HTMLElement).querySelector<HTMLInputElement>('input[aria-expanded]'),
  );
  expect(get).not.toHaveBeenCalled();
  input.focus();
}

function type(text: string, pauseMs = 300): void {
  jest.useFakeTimers();
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  jest.advanceTimersByTime(pauseMs);
  // What it changes is rendered by a timer, too.
  jest.advanceTimersByTime(20);
  jest.useRealTimers();
}

const press = (key: string, keyCode: number) =>
  input.dispatchEvent(
    Object.defineProperty(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
      'keyCode',
      {
        get: () => keyCode,
      },
    ),
  );

beforeEach(() => {
  document.body.replaceChildren();
  get.mockReset();
  picked.mockReset();
  TestBed.configureTestingModule({
    providers: [...providePortal(['settings']), { provide: Api, useValue: { get } }],
  });
});

describe('the search for a person', () => {
  it('asks for nobody until somebody looks, and then once for each pause', async () => {
    get.mockResolvedValue(found(person('Eins')));
    await open();
    await until(() => texts()[0]?.startsWith('Petra Eins'));
    type('e', 100);
    type('ei', 100);
    type('eins');
    await until(() => get.mock.calls.length === 2);
    expect(terms()).toEqual(['', 'eins']);
    expect(get.mock.calls[1]?.[0]).toContain('limit=20');
  });

  it('drops an answer that comes after a later question', async () => {
    const answers: ((answer: unknown) => void)[] = [];
    get.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    await open();
    await until(() => answers.length === 1);
    type('neu');
    await until(() => answers.length === 2);
    expect(get.mock.calls[0]?.[1].signal.aborted).toBe(true);
    answers[1]?.(found(person('Neu')));
    await until(() => texts()[0]?.startsWith('Petra Neu'));
    answers[0]?.(found(person('Alt')));
    await fixture.whenStable();
    expect(texts().some((text) => text?.includes('Alt'))).toBe(false);
  });

  it('says what it does: looks, finds nobody, finds more than it shows, has failed', async () => {
    let answer!: (value: unknown) => void;
    get.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    await open();
    await until(() => texts()[0] === 'Personen werden gesucht …');
    answer({ resources: [person('Eins')], meta: { total: 62 } });
    await until(() => texts()[1]?.startsWith('61 weitere'));
    expect(document.querySelector('[role=status]')?.textContent).toContain('62 Personen gefunden');
    get.mockResolvedValueOnce(found());
    type('niemand');
    await until(() => texts()[0] === 'Niemand gefunden');
    get.mockRejectedValueOnce(new Error('away'));
    type('eins');
    await until(() => texts()[0]?.startsWith('Die Suche hat nicht geklappt'));
    get.mockResolvedValueOnce(found(person('Eins')));
    type('eins');
    await until(() => texts()[0]?.startsWith('Petra Eins'));
  });

  it('takes whom the keyboard chooses, and names them to a screen reader on the way', async () => {
    get.mockResolvedValue(found(person('Eins'), person('Zwei')));
    await open();
    await until(() => options().length === 2);
    expect(input.getAttribute('role')).toBe('combobox');
    expect(input.getAttribute('aria-expanded')).toBe('true');
    await turns();
    press('ArrowDown', 40);
    press('ArrowDown', 40);
    await until(() => input.getAttribute('aria-activedescendant') === options()[1]?.id);
    press('Enter', 13);
    await until(() => input.getAttribute('aria-expanded') === 'false');
    expect(picked.mock.calls).toEqual([[person('Zwei')]]);
    expect(input.value).toBe('Petra Zwei');
  });

  it('takes the only one who is found by Enter alone', async () => {
    get.mockResolvedValueOnce(found(person('Eins'), person('Zwei')));
    await open();
    await until(() => options().length === 2);
    press('Enter', 13);
    get.mockResolvedValueOnce(found(person('Zwei')));
    type('zwei');
    await until(() => options().length === 1);
    press('Enter', 13);
    await until(() => picked.mock.calls.length > 0);
    expect(picked.mock.calls).toEqual([[person('Zwei')]]);
  });

  it('forgets what was typed and not chosen, and the choice once the field is empty', async () => {
    get.mockResolvedValue(found(person('Eins')));
    await open({ chosen: 'Petra Eins' });
    await until(() => options().length === 1);
    await turns();
    type('Pet');
    press('Tab', 9);
    await until(() => input.value === 'Petra Eins');
    expect(picked).not.toHaveBeenCalled();
    type('', 0);
    expect(picked.mock.calls).toEqual([[null]]);
  });

  it('offers nobody twice, nor anybody who is disabled, where several are chosen', async () => {
    get.mockResolvedValue(
      found(person('Eins'), person('Zwei', { status: 'disabled' }), person('Drei')),
    );
    await open({ taken: new Set(['Eins']), onlyActive: true });
    await until(() => options().length === 3);
    expect(options().map((option) => option.getAttribute('aria-disabled'))).toEqual([
      'true',
      'true',
      'false',
    ]);
    expect(texts()[0]).toContain('Schon ausgewählt');
    expect(texts()[1]).toContain('Gesperrt');
    options()[2]?.click();
    await until(() => picked.mock.calls.length > 0);
    expect(input.value).toBe('');
  });
});
