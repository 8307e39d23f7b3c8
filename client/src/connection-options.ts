// Where the server is, and what goes along with each request.

export interface ConnectionOptions {
  /** The server's address, as in `http://127.0.0.1:4400`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`, never as part of an address. */
  readonly apiKey?: string | undefined;
  /** Instead of the global one: for proxies, tracing, tests. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** More headers for each request; a function is asked anew every time. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined;
}

/** Where the server's procedures are. Throws a TypeError for what is no address. */
export function trpcUrl({ url }: ConnectionOptions): string {
  return new URL('trpc', url.endsWith('/') ? url : `${url}/`).href;
}

/** The headers of a request, the key among them. */
export function requestHeaders({ apiKey, headers }: ConnectionOptions): Record<string, string> {
  return {
    ...(typeof headers === 'function' ? headers() : headers),
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
}
