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
  constructor(@Inject(CONFIG) config: RuntimeConfig, logger: AppLogger) {
    super({
      connectionString: directUrl(config),
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
  }

  /** Every module has subscribed by now. A feed that is down costs speed, not correctness. */
  async onApplicationBootstrap(): Promise<void> {
    await patiently(this.start().catch(() => undefined));
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
