import { provideEnvironmentInitializer } from '@angular/core';
import { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { ConnectionList } from './connections/connection-list';
import { askForProofs } from './security/proof-remedy';
import { home } from './session/home';
import { mayLeave } from './unsaved/unsaved-changes';

const pages: Routes = [
  { path: '', pathMatch: 'full', canActivate: [home], children: [] },
  {
    path: 'connections',
    // The list outlives its page, so that coming back from a detail finds it as it was.
    providers: [provideTranslocoScope('connections'), ConnectionList],
    children: [
      {
        path: '',
        title: 'titles.connections',
        loadComponent: () =>
          import('./connections/connections-page').then((file) => file.ConnectionsPage),
      },
      {
        path: ':id',
        title: 'titles.connection',
        loadComponent: () =>
          import('./connections/connection-page').then((file) => file.ConnectionPage),
      },
    ],
  },
  {
    path: 'team',
    providers: [provideTranslocoScope('team')],
    children: [
      {
        path: '',
        title: 'titles.team',
        loadComponent: () => import('./team/team-page').then((file) => file.TeamPage),
      },
      {
        path: 'invite',
        title: 'titles.invite',
        canDeactivate: [mayLeave],
        loadComponent: () => import('./team/invite-page').then((file) => file.InvitePage),
      },
    ],
  },
  {
    path: 'applications',
    title: 'titles.applications',
    canDeactivate: [mayLeave],
    providers: [provideTranslocoScope('applications')],
    loadComponent: () =>
      import('./applications/applications-page').then((file) => file.ApplicationsPage),
  },
  {
    path: 'registry',
    providers: [provideTranslocoScope('registry', 'requests', 'reports')],
    loadChildren: () => import('./registry/registry-routes').then((file) => file.registryRoutes),
  },
  {
    path: 'companies',
    providers: [provideTranslocoScope('companies', 'team')],
    loadChildren: () => import('./companies/companies-routes').then((file) => file.companiesRoutes),
  },
  {
    path: 'developer',
    providers: [provideTranslocoScope('developer', 'registry', 'requests', 'reports')],
    loadChildren: () => import('./developer/developer-routes').then((file) => file.developerRoutes),
  },
  {
    path: 'audit',
    title: 'titles.audit',
    providers: [provideTranslocoScope('audit')],
    loadComponent: () => import('./audit/audit-page').then((file) => file.AuditPage),
  },
  {
    path: 'security',
    providers: [provideTranslocoScope('security')],
    children: [
      {
        path: '',
        title: 'titles.security',
        canDeactivate: [mayLeave],
        loadComponent: () => import('./security/security-page').then((file) => file.SecurityPage),
      },
      {
        path: 'email',
        title: 'titles.security',
        loadComponent: () =>
          import('./security/confirm-email-page').then((file) => file.ConfirmEmailPage),
      },
    ],
  },
];

export const settingsRoutes: Routes = [
  { path: '', providers: [provideEnvironmentInitializer(askForProofs)], children: pages },
];
