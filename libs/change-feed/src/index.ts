export { ChangeFeed } from './change-feed.js';
export type { ChangeFeedOptions, FeedQuery, Subscribed, Subscription } from './change-feed.js';
export { RevocationSet } from './revocation-set.js';
