import { DOCUMENT, inject, Injectable } from '@angular/core';

/** Leaves the portal for an address that the API has named. */
@Injectable({ providedIn: 'root' })
export class Outbound {
  private readonly document = inject(DOCUMENT);

  /** The address as a link may carry it, or null where it would run as a script. */
  safe(address: string | null): string | null {
    if (!address) return null;
    try {
      const { protocol } = new URL(address);
      return /^(javascript|data|blob|vbscript|file):$/.test(protocol) ? null : address;
    } catch {
      return null;
    }
  }

  to(address: string): void {
    if (this.safe(address)) this.document.location.assign(address);
  }
}
