import { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { sessionGuard } from './session/session-guard';
import { signedIn } from './session/signed-in';

/** The pages that a link from a mail opens, and others without the settings' frame. */
export const seldomRoutes: Routes = [
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
    path: 'keep-factor',
    title: 'titles.keepFactor',
    providers: [provideTranslocoScope('recovery')],
    loadComponent: () => import('./recovery/keep-factor-page').then((file) => file.KeepFactorPage),
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
    path: 'own-password',
    title: 'titles.ownPassword',
    canActivate: [sessionGuard],
    providers: [provideTranslocoScope('settings', 'security')],
    loadComponent: () => import('./factor/own-password-page').then((file) => file.OwnPasswordPage),
  },
  {
    path: 'demo/mail',
    title: 'titles.demoMail',
    // Only the demo has it: pages link to it where the API says so.
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
    path: 'design',
    title: 'titles.design',
    // Not linked from anywhere. It shows parts of other pages, with their texts.
    providers: [provideTranslocoScope('settings', 'security')],
    loadComponent: () => import('./design/design-page').then((file) => file.DesignPage),
  },
  {
    path: '',
    canMatch: [signedIn],
    providers: [provideTranslocoScope('settings')],
    loadComponent: () => import('./shell/shell').then((file) => file.Shell),
    children: [
      {
        path: '**',
        title: 'titles.notFound',
        loadComponent: () => import('./shell/not-found').then((file) => file.NotFound),
      },
    ],
  },
  {
    path: '**',
    title: 'titles.notFound',
    providers: [provideTranslocoScope('settings')],
    loadComponent: () => import('./shell/not-found-page').then((file) => file.NotFoundPage),
  },
];
