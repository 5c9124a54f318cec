/** How often the background work looks around, in seconds. */
export interface Pace {
  /** A step begins this long after its schedule at the latest, a job after it was enqueued. */
  stepPoll: number;
  jobPoll: number;
  /** How often schedules are read, and those that are due put into their queues. */
  schedule: number;
  /** A worker that has not been heard of for this long has died with its job. */
  heartbeat: number;
  /** How often is looked for such workers. */
  supervision: number;
  /** After a first failure; doubled with each. */
  stepRetry: number;
  jobRetry: number;
  /** Between two tries to begin, while the database is away. */
  start: number;
}

/** Token of another one, for tests. */
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
