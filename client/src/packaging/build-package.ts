// Makes the package that other services install: the client's JavaScript, and declarations that need nothing of the
// workspace. The router's declaration is followed to whatever it names; the server's inside ends at `services.ts`.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { declarationClosure } from './declaration-closure.ts';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface BuildOptions {
  /** The workspace, with `shared`, `server` and `client` built. */
  readonly workspace: string;
  /** Emptied first. */
  readonly target: string;
}

const scripts = ['client', 'connection-options', 'app-error', 'live-stream-link', 'wait-for-operation'];

/** Writes the package's folder, ready for `pnpm pack` or `npm install ./folder`. Returns its files. */
export async function buildPackage({ workspace, target }: BuildOptions): Promise<string[]> {
  await rm(target, { recursive: true, force: true });
  const manifest = await packageManifest(workspace);
  const files = new Map<string, string>([['package.json', `${JSON.stringify(manifest, null, 2)}\n`]]);
  const built = join(workspace, 'client', 'dist');
  for (const script of scripts) {
    const code = await readFile(join(built, `${script}.js`), 'utf8');
    files.set(`js/${script}.js`, code.replace(/\n\/\/# sourceMappingURL=.*$/s, '\n'));
  }
  const closure = await declarationClosure({
    workspace,
    entry: join(built, 'client.d.ts'),
    available: Object.keys(manifest.dependencies),
  });
  for (const [name, text] of closure) files.set(`types/${name}`, text);
  for (const [name, text] of files) {
    const path = join(target, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await copyFile(join(workspace, 'client', 'README.md'), join(target, 'README.md'));
  return [...files.keys(), relative(target, join(target, 'README.md'))];
}

async function packageManifest(workspace: string) {
  const { name, version, license, dependencies } = await readJson(join(workspace, 'client', 'package.json'));
  const shared = await readJson(join(workspace, 'shared', 'package.json'));
  const wanted = Object.entries({ ...dependencies, zod: shared.dependencies.zod ?? '' });
  const catalog = await readFile(join(workspace, 'pnpm-workspace.yaml'), 'utf8');
  return {
    name,
    version,
    license,
    description: 'Typed client of a Holdfast server: MongoDB backups you can prove.',
    type: 'module',
    exports: {
      '.': { types: './types/client/client.d.ts', default: './js/client.js' },
      // The router's type alone, for whoever brings a tRPC client of his own (React Query, say).
      './router': { types: './types/server/api/router.d.ts' },
    },
    files: ['js', 'types'],
    dependencies: Object.fromEntries(
      wanted
        .filter(([, range]) => !range.startsWith('workspace:'))
        .map(([dependency, range]) => [dependency, range === 'catalog:' ? fromCatalog(catalog, dependency) : range]),
    ),
  };
}

function fromCatalog(catalog: string, name: string): string {
  const found = catalog.match(new RegExp(`^  "?${name}"?: (\\S+)$`, 'm'))?.[1];
  if (found === undefined) throw new Error(`${name} is not in the catalog of pnpm-workspace.yaml`);
  return found;
}

async function readJson(path: string): Promise<PackageJson> {
  return JSON.parse(await readFile(path, 'utf8')) as PackageJson;
}
