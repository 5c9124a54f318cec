import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { control, providePortal, shown } from '../../testing/portal-testing';
import { sampleClient } from '../../testing/sample-client';
import { Api, CallOptions } from '../api/api';
import { ClientSecret, RegistryClient } from '../api/types';
import { Confirmation } from '../ui/confirmation';
import { Messages } from '../ui/messages';
import { ClientSecrets } from './client-secrets';

const api = {
  get: jest.fn<(path: string, options?: CallOptions) => Promise<unknown>>(),
  post: jest.fn<(path: string, body: unknown) => Promise<unknown>>(),
};
const ask = jest.fn<() => Promise<boolean>>();
const show = jest.fn();

let client: RegistryClient;
let fixture: ComponentFixture<ClientSecrets>;

const focused = (selector: string) =>
  shown(fixture, () => document.activeElement?.matches(selector));

async function press(name: string): Promise<void> {
  const button = await shown(fixture, () => control(fixture, name));
  button.focus();
  button.click();
}

/** What the API has from now on. */
function take(secrets: ClientSecret[]): void {
  client = { ...client, secrets };
  fixture.componentRef.setInput('client', client);
}

beforeEach(async () => {
  jest.resetAllMocks();
  client = sampleClient();
  document.body.replaceChildren();
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['registry', 'settings']),
      { provide: Api, useValue: api },
      { provide: Confirmation, useValue: { ask } },
      { provide: Messages, useValue: { show } },
    ],
  });
  fixture = TestBed.createComponent(ClientSecrets);
  fixture.componentRef.setInput('client', client);
  document.body.append(fixture.nativeElement as HTMLElement);
  fixture.componentInstance.changed.subscribe(take);
  api.get.mockImplementation(() => Promise.resolve({ resource: client }));
});

describe('one secret following another', () => {
  it('keeps the focus on what comes next', async () => {
    const [first] = client.secrets;
    const second = { ...first!, id: '0a1b2c3d', name: 'Neu', lastFour: 'a2Bc' };

    await press('Zweites Secret anlegen');
    await focused('#secret-name');
    await press('Abbrechen');
    await focused('.add');

    await press('Zweites Secret anlegen');
    await focused('#secret-name');
    api.post.mockImplementation(() => {
      client = { ...client, secrets: [first!, second] };
      return Promise.resolve({ resource: { ...second, value: 'a-secret-of-the-test' } });
    });
    await press('Anlegen');
    await focused('[role=group].shown');
    await press('Ich habe es kopiert');
    await focused('h3');

    ask.mockImplementation(() => {
      client = { ...client, secrets: [second] };
      return Promise.resolve(true);
    });
    await press('Secret …x7Qk beenden');
    await shown(fixture, () => control(fixture, 'Zweites Secret anlegen'));
    await focused('h3');
    expect(show).toHaveBeenCalledWith('registry.secret.end.done', expect.anything());
  });

  it('takes nobody to the sign-in from a secret that is not shown again', async () => {
    await press('Zweites Secret anlegen');
    api.post.mockResolvedValue({
      resource: { ...client.secrets[0]!, value: 'a-secret-of-the-test' },
    });
    await press('Anlegen');
    await focused('[role=group].shown');
    expect(api.get).toHaveBeenLastCalledWith(expect.anything(), { onSessionEnd: 'tell' });
  });
});
