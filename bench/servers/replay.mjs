/**
 * A bare Fastify route that sends the statements which the API was seen to send for a request, one
 * after the other, and answers what the API answered. It knows no rules and reads no row.
 */
import { fastify } from 'fastify';
import pg from 'pg';
import { answer, cpu } from './answer.mjs';
import { renewing } from './statements.mjs';

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 4,
  idleTimeoutMillis: 0,
});
let statementsOf;
let body;

const app = fastify();
app.all('/', async (_request, reply) => {
  const statements = statementsOf();
  if (statements.length > 0) {
    // All over one connection, for some are a transaction.
    const client = await pool.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      client.release();
    }
  }
  return reply.header('content-type', 'application/json').send(body);
});

answer({
  cpu,
  /** @param recordings of two requests, the later one last */
  replay([earlier, later]) {
    statementsOf = renewing(later.statements, earlier.statements);
    ({ body } = later);
    return later.statements.length;
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ ready: `http://127.0.0.1:${app.server.address().port}` });
