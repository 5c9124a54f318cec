import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { BrandSign } from './brand-sign';

@Component({ imports: [BrandSign], template: '<svg fxBrandSign></svg>' })
class Shown {}

/** The file's shapes; what is drawn in which colour is its own affair. */
function shapesIn(markup: string): unknown[] {
  const svg = new DOMParser().parseFromString(markup, 'text/html').querySelector('svg');
  const drawn = svg?.querySelectorAll('rect, path') ?? [];
  return [
    svg?.getAttribute('viewBox'),
    ...[...drawn].map((shape) =>
      Object.fromEntries(
        ['width', 'height', 'rx', 'd'].map((name) => [name, shape.getAttribute(name)]),
      ),
    ),
  ];
}

it.each(['index.html', '../public/favicon.svg'])(
  'the sign is the same in the application and in %s, which is shown before it has started',
  async (file) => {
    const fixture = TestBed.createComponent(Shown);
    await fixture.whenStable();
    const shown = shapesIn((fixture.nativeElement as HTMLElement).innerHTML);
    expect(shown).toHaveLength(3);
    expect(shapesIn(readFileSync(join(__dirname, '../..', file), 'utf8'))).toEqual(shown);
  },
);
