import {
  type Answer,
  call,
  type CallOptions,
  type HouseBody,
  type PortalUser,
} from '@flixcheck/test-harness';
import { Body, Controller, Get, Patch, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { createApp } from '../create-app.js';
import {
  AllowAnyone,
  AllowClient,
  AllowSignIn,
  type Caller,
  CurrentCaller,
  RequireBearer,
  RequireSession,
  RequireSessionOrBearer,
} from '../http/access.js';
import { AccessTokens } from '../oauth-tokens/access-tokens.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { prepareGround, type TestGround } from './test-context.js';

/** Routes of every kind of access, and one that forgot to declare any. */
@Controller('probe')
class ProbeController {
  @Get('undeclared')
  undeclared() {
    return { reached: true };
  }
  @Get('anyone')
  @AllowAnyone()
  anyone() {
    return { reached: true };
  }
  @Post('client')
  @AllowClient()
  client() {
    return { reached: true };
  }
  @Post('sign-in')
  @AllowSignIn()
  signIn() {
    return { reached: true };
  }
  @Get('session')
  @RequireSession()
  session(@CurrentCaller() caller: Caller) {
    return caller;
  }
  @Patch('session')
  @RequireSession()
  changeSession(@Body() body: unknown) {
    return { reached: true, body };
  }
  @Get('admin')
  @RequireSession('admin', 'operator')
  admin() {
    return { reached: true };
  }
  @Get('bearer')
  @RequireBearer('read')
  bearer(@CurrentCaller() caller: Caller) {
    return caller;
  }
  @Get('either')
  @RequireSessionOrBearer('read')
  either(@CurrentCaller() caller: Caller) {
    return caller;
  }
  @Post('either')
  @RequireSessionOrBearer('readwrite')
  changeEither(@CurrentCaller() caller: Caller) {
    return caller;
  }
}

/** Of the tokens that a probe issues. */
export const FAMILY = '1c9a9c52-54a0-4b0e-8f0e-5a7f5d0c0b11';

/** The program with routes of every kind of access, for the tests of who may call them. */
export class AccessProbe {
  private constructor(
    private readonly ground: TestGround,
    readonly app: NestFastifyApplication,
    readonly url: string,
    /** What it has logged so far, errors only. */
    readonly logged: { level: number; msg: string }[],
  ) {}

  static async start(): Promise<AccessProbe> {
    const ground = await prepareGround();
    const { config, clock } = ground;
    const logged: AccessProbe['logged'] = [];
    const sink = { write: (line: string) => void logged.push(JSON.parse(line)) };
    const logger = new AppLogger(pino({ level: 'error' }, sink));
    const app = await createApp(config, logger, {
      module: class ProbeModule {},
      imports: [AppModule.with(config, logger, clock)],
      controllers: [ProbeController],
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.getHttpServer().address() as { port: number };
    return new AccessProbe(ground, app, `http://127.0.0.1:${port}`, logged);
  }

  get clock() {
    return this.ground.clock;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer<HouseBody>> {
    return call(this.url, 'GET', `/probe/${path}`, { headers });
  }

  post(path: string, options: CallOptions = {}): Promise<Answer<HouseBody>> {
    return call(this.url, 'POST', `/probe/${path}`, options);
  }

  /** @returns the id of a connection of the demo client to the user */
  async connect(user: PortalUser): Promise<string> {
    const dataSource = this.app.get(DataSource);
    const [client] = await dataSource.query(
      `SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
    );
    const { id } = await dataSource.transaction((tx) =>
      this.app.get(ConnectionsService).consent(tx, {
        oauthClientId: client.id,
        userId: user.id,
        accountId: user.accountId,
        scope: 'readwrite',
        at: this.clock.now(),
      }),
    );
    return id;
  }

  /** @returns a fresh access token of the connection */
  issueToken(user: PortalUser, connectionId: string, scope: string): string {
    const { id: userId, accountId } = user;
    const subject = { userId, accountId, clientId: 'maklerwelt-crm', connectionId };
    const { accessToken } = this.app
      .get(AccessTokens)
      .issue({ ...subject, familyId: FAMILY, scope }, this.clock.now());
    return accessToken;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.ground.clear();
  }
}
