import { DAY } from '../config/clock.js';

/** How long the data of a closed company is kept, in which it can be opened again. */
export const CLOSED_KEPT_MS = 90 * DAY;
