import { CanDeactivateFn, Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';

const mayLeave: CanDeactivateFn<{ mayLeave: () => Promise<boolean> }> = (page) => page.mayLeave();

export const developerRoutes: Routes = [
  {
    path: '',
    title: 'titles.developer',
    loadComponent: () => import('./developer-page').then((file) => file.DeveloperPage),
  },
  {
    path: ':id',
    title: 'titles.developerClient',
    canDeactivate: [mayLeave],
    loadComponent: () => import('./developer-client-page').then((file) => file.DeveloperClientPage),
  },
  {
    path: ':id/try',
    title: 'titles.tryIt',
    providers: [provideTranslocoScope('try', 'developer', 'registry', 'requests')],
    loadComponent: () => import('../try-it/try-it-page').then((file) => file.TryItPage),
  },
];
