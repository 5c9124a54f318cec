import { MINUTE } from '../config/clock.js';

/** The documented 60 minutes. */
export const ACCESS_TOKEN_LIFETIME_MS = 60 * MINUTE;
export const CLOCK_TOLERANCE_MS = MINUTE;
