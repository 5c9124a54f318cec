import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ChangeRequest } from '../api/types';
import { Preferences } from '../i18n/preferences';
import { KnownScopes } from '../scopes/known-scopes';
import { scopeName } from '../scopes/scope-words';

interface Line {
  kind: 'removed' | 'added' | 'kept';
  value: string;
  /** A host that no redirect URI of the application had. */
  newHost: boolean;
}

const KINDS = {
  removed: 'registry.change.line.removed',
  added: 'registry.change.line.added',
  kept: 'registry.change.line.kept',
};

/** What a change request would change, line by line, and what follows from it. */
@Component({
  selector: 'fx-change-lines',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  templateUrl: './change-lines.html',
  styleUrl: './change-lines.scss',
})
export class ChangeLines {
  readonly changes = input.required<ChangeRequest['changes']>();
  /** Once it has been answered, nothing follows any more. */
  readonly consequences = input(true);

  protected readonly kinds = KINDS;
  private readonly preferences = inject(Preferences);
  private readonly knownScopes = inject(KnownScopes);

  protected readonly fields = computed(() => {
    const { redirectUris, scopes } = this.changes();
    return [
      {
        name: 'redirectUris',
        label: 'registry.field.redirectUris.label',
        lines: linesOf(redirectUris, isNewHost),
      },
      { name: 'scopes', label: 'registry.field.scopes.label', lines: linesOf(scopes) },
    ].filter(({ lines }) => lines.length > 0);
  });
  protected readonly follows = computed(() => {
    const { redirectUris, scopes } = this.changes();
    return [
      ...(removed(redirectUris).length > 0 ? ['registry.change.follows.uriRemoved'] : []),
      ...(added(redirectUris).length > 0 ? ['registry.change.follows.uriAdded'] : []),
      ...(removed(scopes).length > 0 ? ['registry.change.follows.scopeRemoved'] : []),
      ...(added(scopes).length > 0 ? ['registry.change.follows.scopeAdded'] : []),
    ];
  });

  /** What a scope is called, once that is known. */
  protected nameOf(scope: string): string | null {
    if (this.knownScopes.loading()) return null;
    return scopeName(scope, this.knownScopes.table(), this.preferences.language());
  }
}

type Change = { from: readonly string[]; to: readonly string[] } | null;

const removed = (change: Change) =>
  change?.from.filter((value) => !change.to.includes(value)) ?? [];
const added = (change: Change) => change?.to.filter((value) => !change.from.includes(value)) ?? [];

function linesOf(change: Change, isNew: (value: string, change: Change) => boolean = () => false) {
  const line =
    (kind: Line['kind'], newHost = false) =>
    (value: string) => ({
      kind,
      value,
      newHost: newHost && isNew(value, change),
    });
  const kept = change?.from.filter((value) => change.to.includes(value)) ?? [];
  return [
    ...removed(change).map(line('removed')),
    ...added(change).map(line('added', true)),
    ...kept.map(line('kept')),
  ] satisfies Line[];
}

function isNewHost(uri: string, change: Change): boolean {
  const host = hostOf(uri);
  return host !== null && !(change?.from ?? []).some((other) => hostOf(other) === host);
}

function hostOf(uri: string): string | null {
  return URL.canParse(uri) ? new URL(uri).host : null;
}
