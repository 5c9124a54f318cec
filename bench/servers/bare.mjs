/**
 * The lower bound: the same HTTP server and driver, and one INSERT for each request. It knows
 * nothing of clients, codes, hashes or signatures.
 */
import { fastify } from 'fastify';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { answer, cpu } from './answer.mjs';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
await pool.query('CREATE TABLE bare (id uuid PRIMARY KEY, body text NOT NULL)');

const app = fastify();
app.post('/', async (request) => {
  const id = randomUUID();
  await pool.query('INSERT INTO bare (id, body) VALUES ($1, $2)', [id, request.body.text]);
  return { id };
});
await app.listen({ port: 0, host: '127.0.0.1' });

answer({ cpu });
process.send({ ready: `http://127.0.0.1:${app.server.address().port}` });
