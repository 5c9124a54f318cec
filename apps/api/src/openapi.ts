import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { AppModule } from './app.module.js';
import { parseConfig } from './config/config.js';
import { createOpenApiDocument } from './http/swagger.js';
import { AppLogger } from './telemetry/app-logger.js';

const PATH = resolve(__dirname, '../openapi.json');

/** The document as it is committed: made from the declarations alone, without a database. */
async function generate(): Promise<string> {
  const config = {
    ...parseConfig({}),
    databaseUrl: 'postgres://nobody@localhost:1/none',
    appSecret: 'not used by anything that is described here',
  };
  const logger = new AppLogger(pino({ level: 'silent' }));
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, logger),
    new FastifyAdapter(),
    { logger: ['error'], preview: true, abortOnError: false },
  );
  const document = createOpenApiDocument(app, config.publicUrl);
  return `${JSON.stringify(document, null, 2)}\n`;
}

async function main(): Promise<void> {
  const document = await generate();
  if (process.argv.includes('--write')) {
    await writeFile(PATH, document);
    return;
  }
  const committed = await readFile(PATH, 'utf8').catch(() => '');
  if (committed !== document) {
    process.stderr.write(
      'apps/api/openapi.json is not what the code says. Run `npm run openapi` and commit the result.\n',
    );
    process.exitCode = 1;
  }
}

void main();
