import { DefaultUrlSerializer, UrlSerializer, UrlTree } from '@angular/router';

/**
 * Keeps a query string that came in byte for byte. The router's own serializer decodes and encodes
 * again (`+`, `%2F`, repeated parameters), and an authorization request must reach the API as the
 * third party wrote it.
 */
export class RawQueryUrlSerializer implements UrlSerializer {
  private readonly inner = new DefaultUrlSerializer();
  /** Keyed by the parsed parameters, which the router hands on untouched from tree to tree. */
  private readonly raw = new WeakMap<object, string>();

  parse(url: string): UrlTree {
    const tree = this.inner.parse(url);
    const query = /\?([^#]*)/.exec(url)?.[1];
    if (query) this.raw.set(tree.queryParams, query);
    return tree;
  }

  serialize(tree: UrlTree): string {
    const raw = this.raw.get(tree.queryParams);
    const url = this.inner.serialize(tree);
    return raw === undefined ? url : url.replace(/\?[^#]*/, () => `?${raw}`);
  }
}
