export { ANNOUNCEMENTS_READ_WITHIN_MS, AnnouncementLog } from './announcement-log.js';
export { ChangeFeed } from './change-feed.js';
export type { ChangeFeedOptions, Subscribed } from './change-feed.js';
export { REVOCATION_RETENTION_MS, RevocationSet } from './revocation-set.js';
export type { FeedQuery, Subscription } from './subscriber.js';
