import { send } from './http.js';

/** Who may call a route, as it declares it: the same declaration that the guard enforces. */
export type Access =
  | { kind: 'anyone' | 'client'; cors: boolean }
  | { kind: 'session'; roles: string[]; developer?: true }
  | { kind: 'bearer' | 'session-or-bearer'; scope: 'read' | 'readwrite'; cors: true };

export interface Operation {
  method: string;
  /** With every parameter replaced by a value that nothing has. */
  path: string;
  /** As the document has it. */
  template: string;
  access: Access | undefined;
  takesBody: boolean;
}

interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, { 'x-access'?: Access; requestBody?: object }>>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const NOBODY = '00000000-0000-4000-8000-000000000000';

export async function openApi(url: string): Promise<OpenApiDocument> {
  return (await send<OpenApiDocument>(url, '/docs/openapi.json')).body;
}

/** Every operation of the API. */
export async function operations(url: string): Promise<Operation[]> {
  const { paths } = await openApi(url);
  return Object.entries(paths).flatMap(([template, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: template.replace(/\{[^}]+\}/g, NOBODY),
        template,
        access: operation['x-access'],
        takesBody: operation.requestBody !== undefined,
      })),
  );
}

export const nameOf = ({ method, template }: Operation): string => `${method} ${template}`;
