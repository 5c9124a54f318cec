import { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { mayLeave } from '../unsaved/unsaved-changes';

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
