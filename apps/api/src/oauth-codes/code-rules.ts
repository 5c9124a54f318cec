import { SECOND } from '../config/clock.js';

/** RFC 6749 §4.1.2 allows ten minutes; a browser needs one. */
export const CODE_LIFETIME_MS = 60 * SECOND;
