// The S3 server that tests run against: versitygw.
import { fileURLToPath } from 'node:url';
import { provideGoTool } from './go-tool.ts';

let memo: Promise<string> | undefined;

/** Path of the program: named by VERSITYGW_PATH, else what `versitygw/go.sum` pins, built in a minute or two, once. */
export function provideS3Server(): Promise<string> {
  memo ??= process.env.VERSITYGW_PATH ? Promise.resolve(process.env.VERSITYGW_PATH) : provided();
  return memo;
}

function provided(): Promise<string> {
  return provideGoTool({
    name: 'versitygw',
    version: '1.8.0',
    moduleFolder: fileURLToPath(new URL('./versitygw/', import.meta.url)),
    command: 'github.com/versity/versitygw/cmd/versitygw',
    oldestGoMinor: 25,
  });
}
