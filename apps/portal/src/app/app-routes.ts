import { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { AuthorizePage } from './authorize/authorize-page';
import { sessionGuard, sessionKnown } from './session/session-guard';

/**
 * Starting the application and building its first page each take long enough for a task of their
 * own.
 */
const inOwnTask = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true)));

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'settings' },
  {
    path: 'oauth/authorize',
    title: 'titles.authorize',
    canActivate: [inOwnTask],
    // Not lazy: the page that everybody waits for should not wait for a second file.
    component: AuthorizePage,
  },
  {
    path: 'sign-in',
    title: 'titles.signIn',
    canActivate: [sessionKnown],
    providers: [provideTranslocoScope('sign-in')],
    loadComponent: () => import('./sign-in/sign-in-page').then((file) => file.SignInPage),
  },
  {
    path: 'settings',
    canActivate: [sessionGuard],
    providers: [provideTranslocoScope('settings')],
    loadComponent: () => import('./shell/shell').then((file) => file.Shell),
    loadChildren: () => import('./settings-routes').then((file) => file.settingsRoutes),
  },
  {
    path: '',
    // What is opened seldom, or by a link from a mail, is no part of the first script.
    loadChildren: () => import('./seldom-routes').then((file) => file.seldomRoutes),
  },
];
