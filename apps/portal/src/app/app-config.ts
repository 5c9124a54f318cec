import {
  ApplicationConfig,
  inject,
  isDevMode,
  provideBrowserGlobalErrorListeners,
  provideZonelessChangeDetection,
} from '@angular/core';
import {
  provideRouter,
  TitleStrategy,
  UrlSerializer,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
} from '@angular/router';
import { provideTransloco } from '@jsverse/transloco';
import { routes } from './app-routes';
import { firstLanguage } from './i18n/first-choice';
import { PortalTexts } from './i18n/transloco-loader';
import { TranslatedTitles } from './i18n/translated-titles';
import { RawQueryUrlSerializer } from './session/raw-query-url-serializer';
import { MissingPart } from './ui/missing-part';

export const appConfig: ApplicationConfig = {
  providers: [
    provideZonelessChangeDetection(),
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled' }),
      // A page's script that is missing after a deployment or without a network.
      withNavigationErrorHandler(({ url }) => inject(MissingPart).report(url)),
    ),
    { provide: UrlSerializer, useClass: RawQueryUrlSerializer },
    { provide: TitleStrategy, useClass: TranslatedTitles },
    provideTransloco({
      config: {
        availableLangs: ['de', 'en'],
        // As `Preferences` sets it, which comes after the first texts have been asked for.
        defaultLang: firstLanguage(globalThis.window),
        reRenderOnLangChange: true,
        prodMode: !isDevMode(),
        scopes: { keepCasing: true },
      },
      loader: PortalTexts,
    }),
  ],
};
