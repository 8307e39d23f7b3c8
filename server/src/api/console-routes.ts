// The built console: files with hashed names are cached for ever, every other path is the page itself.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { HttpEnv } from './http-app.ts';

export function consoleRoutes(webDir: string): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  // serveStatic writes to stderr when its folder is not there, past the log.
  if (existsSync(webDir)) addFiles(routes, relative(process.cwd(), webDir));
  routes.get('*', async (context) => {
    const page = await readFile(join(webDir, 'index.html'), 'utf8').catch(() => null);
    if (page === null)
      return context.text('The console is not built. Run: npx pnpm@12 --filter @holdfast/web build\n', 503);
    return context.html(page, 200, { 'cache-control': 'no-cache' });
  });
  return routes;
}

function addFiles(routes: Hono<HttpEnv>, root: string): void {
  routes.get(
    '/assets/*',
    serveStatic({
      root,
      onFound: (_path, context) => context.header('cache-control', 'public, max-age=31536000, immutable'),
    }),
  );
  routes.get('/assets/*', (context) => context.notFound());
  routes.get('/:file{[\\w-]+\\.(?:svg|ico|png|webmanifest|js)}', serveStatic({ root }));
}
