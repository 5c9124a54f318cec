import { beforeEach, expect, it } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { TranslocoService } from '@jsverse/transloco';
import { INVITATION_LINK_DAYS } from '@flixcheck/api-types/limits';
import { firstValueFrom } from 'rxjs';
import { providePortal } from '../../testing/portal-testing';

beforeEach(() => {
  TestBed.configureTestingModule({ providers: providePortal([]) });
});

it('a text that names a limit of the API says its figure, in either language', async () => {
  const transloco = TestBed.inject(TranslocoService);
  for (const language of ['de', 'en']) {
    await firstValueFrom(transloco.load(language));
    await firstValueFrom(transloco.load(`team/${language}`));
    const text = transloco.translate<string>('team.invite.intro', {}, language);
    expect(text).toContain(` ${INVITATION_LINK_DAYS} `);
    expect(text).not.toContain('{{');
  }
});
