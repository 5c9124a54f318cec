import { beforeEach, describe, expect, it } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { SearchField } from './search-field';

let fixture: ComponentFixture<SearchField>;
let searched: string[];

const field = () => (fixture.nativeElement as HTMLElement).querySelector('input')!;

function type(text: string): void {
  field().value = text;
  field().dispatchEvent(new Event('input'));
}

/** As the pause does. */
function search(): void {
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }));
}

/** As the address gives it back, or says it by itself. */
async function come(value: string): Promise<void> {
  fixture.componentRef.setInput('value', value);
  await fixture.whenStable();
}

beforeEach(async () => {
  fixture = TestBed.createComponent(SearchField);
  fixture.componentRef.setInput('label', 'Suche');
  fixture.componentInstance.searched.subscribe((words) => searched.push(words));
  searched = [];
  await come('Aktenbote');
});

describe('the words of a search', () => {
  it('are those of the address to begin with', () => {
    expect(field().value).toBe('Aktenbote');
    expect(searched).toEqual([]);
  });

  it('lose no letter that is typed while they are on their way', async () => {
    type('Müll');
    search();
    type('Mülle');
    await come('Müll');
    expect(field().value).toBe('Mülle');
    search();
    type('Müller');
    search();
    type('Müller-W');
    await come('Mülle');
    await come('Müller');
    expect(field().value).toBe('Müller-W');
    expect(searched).toEqual(['Müll', 'Mülle', 'Müller']);
  });

  it('keep the space after which the next word is typed', async () => {
    type('Anna ');
    search();
    await come('Anna');
    expect(field().value).toBe('Anna ');
    expect(searched).toEqual(['Anna']);
  });

  it('are searched for as far as the API can read them, and stay as they were typed', async () => {
    type(' Anna\uD800 ');
    search();
    await come('Anna');
    expect(searched).toEqual(['Anna']);
    expect(field().value).toBe(' Anna\uD800 ');
  });

  it('are replaced by those that come from elsewhere: Back, or everything taken back', async () => {
    type('Müller');
    search();
    await come('Müller');
    await come('Aktenbote');
    expect(field().value).toBe('Aktenbote');
    await come('Müller');
    expect(field().value).toBe('Müller');
    search();
    await come('');
    expect(field().value).toBe('');
  });
});
