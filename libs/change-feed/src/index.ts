export { ChangeFeed } from './change-feed.js';
export type { ChangeFeedOptions, FeedQuery, Subscription } from './change-feed.js';
export { RevocationSet } from './revocation-set.js';
