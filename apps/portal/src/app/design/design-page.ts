import { ChangeDetectionStrategy, Component } from '@angular/core';
import { Brand } from '../ui/brand';
import { PreferencesBar } from '../ui/preferences-bar';
import { Foundations } from './foundations';
import { Specimens } from './specimens';

/** The tokens and parts, for those who carry the design on. In English only; no user gets here. */
@Component({
  selector: 'fx-design-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Brand, Foundations, PreferencesBar, Specimens],
  templateUrl: './design-page.html',
  styleUrl: './design-page.scss',
})
export class DesignPage {
  protected readonly places = [
    { id: 'colors', name: 'Colours' },
    { id: 'type', name: 'Type' },
    { id: 'measures', name: 'Space and size' },
    { id: 'shape', name: 'Shape and height' },
    { id: 'motion', name: 'Motion' },
    { id: 'buttons', name: 'Buttons' },
    { id: 'fields', name: 'Fields' },
    { id: 'surfaces', name: 'Cards, notices, chips' },
    { id: 'people', name: 'People, applications' },
    { id: 'states', name: 'Nothing to show' },
    { id: 'overlays', name: 'Dialogs, messages' },
  ];

  /** By hand, because `<base href>` would turn `#type` into another address. */
  protected go(event: Event, id: string): void {
    event.preventDefault();
    const heading = document.getElementById(id);
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView();
  }
}
