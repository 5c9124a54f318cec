import { DAY, SECOND } from '../config/clock.js';

/** A refresh token expires when it has not been used for this long. */
export const REFRESH_TOKEN_IDLE_MS = 30 * DAY;
/** For this long the predecessor of an unused successor may be sent again, after a lost answer. */
export const REFRESH_RETRY_MS = 30 * SECOND;
