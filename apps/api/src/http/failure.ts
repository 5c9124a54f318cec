/** How a failed request was answered, for its line in the log and for other logs. */
export interface Failure {
  error: string;
  /** A stable code, one for each way to fail, where there is one. */
  reason?: string;
  detail: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    failure?: Failure;
    /** The registered client that the request names, where it is known. */
    clientId?: string;
  }
}
