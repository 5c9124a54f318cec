import {
  ChangeFeed as PostgresChangeFeed,
  type Subscribed,
  type Subscription as FeedSubscription,
} from '@flixcheck/change-feed';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CONFIG, directUrl, type RuntimeConfig } from '../config/config.module.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { NatsWakeUps } from './nats-wake-ups.js';
import { patiently } from './start-tasks.js';

export type { Subscribed };

/** What the database's triggers announce (see the migrations). */
export type Channel = 'revocations' | 'connections' | 'oauth_clients' | 'signing_keys';
export type Subscription = FeedSubscription<Channel>;

/**
 * The change feed of this process. Its subscribers rely on it while `isLive()`; otherwise they ask
 * the database for each request.
 */
@Injectable()
export class ChangeFeed
  extends PostgresChangeFeed<Channel>
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  private readonly wakeUps: NatsWakeUps | undefined;

  constructor(@Inject(CONFIG) config: RuntimeConfig, logger: AppLogger) {
    const { nats } = config;
    super({
      // Who reads instead of listening needs no session, so a pooler may lie between.
      ...(nats
        ? { connectionString: config.databaseUrl, announcements: 'read' }
        : { connectionString: directUrl(config), announcements: 'listen' }),
      applicationName: 'flixcheck-connect change feed',
      onLive: () => logger.log('change feed is live'),
      onDown: (reason) =>
        logger.warn(`change feed is down: ${reason?.message}; requests ask the database`),
      onFailure: (channel, error) =>
        logger.warn(
          `what was announced on ${channel} could not be read: ${(error as Error).message}; ` +
            'trying again, and asking the database meanwhile',
        ),
    });
    this.wakeUps = nats && new NatsWakeUps(nats, () => this.wake(), logger);
  }

  /** Whether nodes wake each other through NATS; undefined where it is not used. */
  natsIsConnected(): boolean | undefined {
    return this.wakeUps?.isConnected();
  }

  /**
   * To be called after the commit of what other nodes should know at once. Nothing depends on it: they
   * find out within a heartbeat, and by LISTEN where NATS is not used.
   */
  tellOthers(): void {
    if (!this.wakeUps) return;
    this.wake();
    this.wakeUps.send();
  }

  /** Every module has subscribed by now. A feed that is down costs speed, not correctness. */
  async onApplicationBootstrap(): Promise<void> {
    this.wakeUps?.start();
    await patiently(this.start().catch(() => undefined));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.close(), this.wakeUps?.close()]);
  }
}
