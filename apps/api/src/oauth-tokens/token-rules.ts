import { DAY, MINUTE, SECOND } from '../config/clock.js';

/** The documented 60 minutes. */
export const ACCESS_TOKEN_LIFETIME_MS = 60 * MINUTE;
export const CLOCK_TOLERANCE_MS = MINUTE;

/** A refresh token expires when it has not been used for this long. */
export const REFRESH_TOKEN_IDLE_MS = 30 * DAY;
/** For this long the predecessor of an unused successor may be sent again, after a lost answer. */
export const REFRESH_RETRY_MS = 30 * SECOND;
