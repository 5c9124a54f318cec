import { CanDeactivateFn, Routes } from '@angular/router';

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
];
