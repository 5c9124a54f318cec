import { Routes } from '@angular/router';
import { mayLeave } from '../unsaved/unsaved-changes';

export const registryRoutes: Routes = [
  {
    path: '',
    title: 'titles.registry',
    loadComponent: () => import('./registry-page').then((file) => file.RegistryPage),
  },
  {
    path: 'new',
    title: 'titles.registryNew',
    canDeactivate: [mayLeave],
    loadComponent: () => import('./new-client-page').then((file) => file.NewClientPage),
  },
  {
    path: 'change-requests',
    title: 'titles.changeRequests',
    loadComponent: () => import('./change-requests-page').then((file) => file.ChangeRequestsPage),
  },
  {
    path: ':id',
    title: 'titles.registryClient',
    canDeactivate: [mayLeave],
    loadComponent: () => import('./client-page').then((file) => file.ClientPage),
  },
];
