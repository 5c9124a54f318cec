import { afterNextRender, ElementRef, inject, Injector } from '@angular/core';

/**
 * Call it where a component may inject.
 * @returns focuses what the component shows next in place of what had the focus
 */
export function focusLater(): (selector: string) => void {
  const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  const injector = inject(Injector);
  return (selector) => {
    const focus = () => host.querySelector<HTMLElement>(selector)?.focus();
    afterNextRender({ read: focus }, { injector });
  };
}
