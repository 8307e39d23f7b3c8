// Builds the package into `client/dist/package`.
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build-package.ts';

const workspace = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');
const target = fileURLToPath(new URL('../../dist/package', import.meta.url));
const files = await buildPackage({ workspace, target });
process.stdout.write(`${target}: ${files.length} files\n`);
