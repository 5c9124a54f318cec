import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ACCESS, type Access } from './access.js';

interface Route {
  name: string;
  access: Access | undefined;
  declarations: number;
}

let api: TestApp;
let routes: Route[];
beforeAll(async () => {
  api = await createTestApp();
  routes = [...api.app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
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

  it('stands in the OpenAPI document with the same declaration', async () => {
    const response = await fetch(`${api.url}/docs/openapi.json`);
    const { paths } = (await response.json()) as {
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
