import { ChangeDetectionStrategy, Component } from '@angular/core';
import { GuestLayout } from '../ui/guest-layout';
import { NotFound } from './not-found';

/** An address that leads nowhere, for everybody else. */
@Component({
  selector: 'fx-not-found-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, NotFound],
  template: `<fx-guest-layout><fx-not-found /></fx-guest-layout>`,
})
export class NotFoundPage {}
