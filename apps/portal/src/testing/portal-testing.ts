import { EnvironmentProviders, Provider, provideZonelessChangeDetection } from '@angular/core';
import { ComponentFixture } from '@angular/core/testing';
import { provideRouter, Routes, UrlSerializer, withComponentInputBinding } from '@angular/router';
import { provideTransloco, provideTranslocoScope } from '@jsverse/transloco';
import { PortalTexts } from '../app/i18n/transloco-loader';
import { RawQueryUrlSerializer } from '../app/session/raw-query-url-serializer';

/** What the application provides: the real texts in German, the router with its own serializer. */
export function providePortal(
  scopes: string[],
  routes: Routes = [],
): (Provider | EnvironmentProviders)[] {
  localStorage.setItem('flixcheck.language', 'de');
  return [
    provideZonelessChangeDetection(),
    provideRouter(routes, withComponentInputBinding()),
    { provide: UrlSerializer, useClass: RawQueryUrlSerializer },
    provideTransloco({
      config: {
        availableLangs: ['de', 'en'],
        defaultLang: 'de',
        reRenderOnLangChange: true,
        prodMode: true,
        scopes: { keepCasing: true },
      },
      loader: PortalTexts,
    }),
    provideTranslocoScope(...scopes),
  ];
}

/** Waits until what is shown satisfies the condition; the tree settles in microtasks. */
export async function shown<T>(
  fixture: ComponentFixture<unknown>,
  find: () => T | null | undefined | false,
): Promise<T> {
  for (let turn = 0; turn < 200; turn++) {
    await fixture.whenStable();
    const found = find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve));
  }
  throw new Error(`not shown; there is: ${(fixture.nativeElement as HTMLElement).textContent}`);
}

export function textOf(fixture: ComponentFixture<unknown>): string {
  return ((fixture.nativeElement as HTMLElement).textContent ?? '').replace(/\s+/g, ' ').trim();
}

/** A button or link by its name, as a person finds it. */
export function control(
  fixture: ComponentFixture<unknown>,
  name: string | RegExp,
): HTMLElement | undefined {
  const host = fixture.nativeElement as HTMLElement;
  return [...host.querySelectorAll<HTMLElement>('button, a')].find((element) => {
    const label = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
    return typeof name === 'string' ? label === name : name.test(label);
  });
}
