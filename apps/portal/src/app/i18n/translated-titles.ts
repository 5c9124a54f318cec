import { effect, inject, Injectable, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { TranslocoService, translateSignal } from '@jsverse/transloco';

/** A route's `title` is a text key; the document's title follows the language. */
@Injectable()
export class TranslatedTitles extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly transloco = inject(TranslocoService);
  private readonly key = signal('titles.portal');
  private readonly text = translateSignal(this.key);
  private readonly product = translateSignal('titles.product');

  constructor() {
    super();
    effect(() => {
      const text = this.text();
      const product = this.product();
      if (text && product) this.title.setTitle(text === product ? product : `${text} · ${product}`);
    });
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    this.key.set(this.buildTitle(snapshot) ?? 'titles.portal');
  }
}
