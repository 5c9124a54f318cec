/** How often the background work polls, in seconds. */
export interface Pace {
  /** The longest time from a step's schedule, or a job's enqueuing, to its start. */
  stepPoll: number;
  jobPoll: number;
  /** How often schedules are read and due steps enqueued. */
  schedule: number;
  /** A worker that has been silent for this long has died, and its job is retried. */
  heartbeat: number;
  /** How often to look for such workers. */
  supervision: number;
  /** The wait after a first failure; each further failure doubles it. */
  stepRetry: number;
  jobRetry: number;
  /** The wait between two attempts to start while the database is unreachable. */
  start: number;
}

/** Injection token with which tests set another pace. */
export const PACE = Symbol('PACE');

/** A small statement every two seconds while there is nothing to do. */
export const DEFAULT_PACE: Pace = {
  stepPoll: 20,
  jobPoll: 2,
  schedule: 30,
  heartbeat: 30,
  supervision: 60,
  stepRetry: 15,
  jobRetry: 10,
  start: 10,
};
