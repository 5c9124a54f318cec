import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { AppModule } from '../app.module.js';
import { parseConfig } from '../config/config.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { ACCESS, type Access } from './access.js';
import { createOpenApiDocument } from './swagger.js';

interface Route {
  name: string;
  access: Access | undefined;
  declarations: number;
}

/** The declarations alone: nothing is started, and there is no database. */
let api: NestFastifyApplication;
let routes: Route[];
beforeAll(async () => {
  const config = { ...parseConfig({}), databaseUrl: 'postgres://localhost:1/none', appSecret: '' };
  api = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, new AppLogger(pino({ level: 'silent' }))),
    new FastifyAdapter(),
    { logger: false, preview: true, abortOnError: false },
  );
  routes = [...api.get(ModulesContainer).values()].flatMap(({ controllers }) =>
    [...controllers.values()].flatMap(({ metatype }) => routesOf(metatype as ControllerClass)),
  );
});
afterAll(() => api.close());

type ControllerClass = new () => object;

function routesOf(controller: ControllerClass): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => [name, prototype[name]] as const)
    .filter(([, handler]) => Reflect.hasMetadata(METHOD_METADATA, handler ?? {}))
    .map(([name, handler]) => {
      const declared = [handler, controller]
        .map((target) => Reflect.getOwnMetadata(ACCESS, target ?? {}) as Access | undefined)
        .filter((access) => access !== undefined);
      const path = Reflect.getMetadata(PATH_METADATA, handler ?? {}) as string;
      return {
        name: `${controller.name}.${name} (${path})`,
        access: declared[0],
        declarations: declared.length,
      };
    });
}

describe('every route of every controller', () => {
  it('declares who may call it, exactly once', () => {
    expect(routes.length).toBeGreaterThan(35);
    expect(routes.filter(({ declarations }) => declarations !== 1)).toEqual([]);
  });

  it('stands in the OpenAPI document with the same declaration', () => {
    const { paths } = createOpenApiDocument(api, 'https://connect.example') as unknown as {
      paths: Record<string, Record<string, { 'x-access'?: Access }>>;
    };
    const documented = Object.values(paths).flatMap((item) =>
      Object.values(item).map((operation) => JSON.stringify(operation['x-access'])),
    );
    for (const { name, access } of routes) {
      expect([name, documented.includes(JSON.stringify(access))]).toEqual([name, true]);
    }
    // A handler may serve several paths, never none.
    expect(documented.length).toBeGreaterThanOrEqual(routes.length);
  });
});
