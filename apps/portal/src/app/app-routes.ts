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
  { path: '', pathMatch: 'full', redirectTo: 'settings/connections' },
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
    path: 'forgot-password',
    title: 'titles.forgotPassword',
    providers: [provideTranslocoScope('recovery')],
    loadComponent: () =>
      import('./recovery/forgot-password-page').then((file) => file.ForgotPasswordPage),
  },
  {
    path: 'reset-password',
    title: 'titles.resetPassword',
    providers: [provideTranslocoScope('recovery')],
    loadComponent: () =>
      import('./recovery/reset-password-page').then((file) => file.ResetPasswordPage),
  },
  {
    path: 'not-me',
    title: 'titles.notMe',
    providers: [provideTranslocoScope('recovery')],
    loadComponent: () => import('./recovery/not-me-page').then((file) => file.NotMePage),
  },
  {
    path: 'invitation',
    title: 'titles.invitation',
    providers: [provideTranslocoScope('invitation')],
    loadComponent: () => import('./invitation/invitation-page').then((file) => file.InvitationPage),
  },
  {
    path: 'second-factor',
    title: 'titles.secondFactor',
    canActivate: [sessionGuard],
    providers: [provideTranslocoScope('settings', 'security')],
    loadComponent: () => import('./factor/factor-page').then((file) => file.FactorPage),
  },
  {
    path: 'demo/mail',
    title: 'titles.demoMail',
    // Not linked from anywhere: only the demo has it.
    providers: [provideTranslocoScope('demo')],
    loadComponent: () => import('./demo/mailbox-page').then((file) => file.MailboxPage),
  },
  {
    path: 'developer/callback',
    title: 'titles.tryIt',
    providers: [provideTranslocoScope('try')],
    loadComponent: () => import('./try-it/callback-page').then((file) => file.CallbackPage),
  },
  {
    path: 'settings',
    canActivate: [sessionGuard],
    providers: [provideTranslocoScope('settings')],
    loadComponent: () => import('./shell/shell').then((file) => file.Shell),
    loadChildren: () => import('./settings-routes').then((file) => file.settingsRoutes),
  },
  {
    path: 'design',
    title: 'titles.design',
    // Not linked from anywhere. It shows parts of other pages, with their texts.
    providers: [provideTranslocoScope('settings', 'security')],
    loadComponent: () => import('./design/design-page').then((file) => file.DesignPage),
  },
  {
    path: '**',
    title: 'titles.notFound',
    loadComponent: () => import('./shell/not-found-page').then((file) => file.NotFoundPage),
  },
];
