import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { AppModule } from './app.module.js';
import { parseConfig } from './config/config.js';
import { withScopeRows } from './http/scope-rows.js';
import { createOpenApiDocument } from './http/swagger.js';
import { AppLogger } from './telemetry/app-logger.js';

const DOCUMENT = resolve(__dirname, '../openapi.json');
const GUIDE = resolve(__dirname, '../../../docs/guide/scopes.md');

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
  const guide = await readFile(GUIDE, 'utf8');
  const files = [
    { path: DOCUMENT, is: await readFile(DOCUMENT, 'utf8').catch(() => ''), be: await generate() },
    { path: GUIDE, is: guide, be: withScopeRows(guide) },
  ];
  for (const { path, be } of files.filter(({ is, be }) => is !== be)) {
    if (process.argv.includes('--write')) {
      await writeFile(path, be);
      continue;
    }
    const name = relative(process.cwd(), path);
    process.stderr.write(
      `${name} is not what the code says. Run \`npm run openapi\` and commit the result.\n`,
    );
    process.exitCode = 1;
  }
}

void main();
