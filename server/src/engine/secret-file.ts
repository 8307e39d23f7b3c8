// Hands a secret to a child process by an inherited file descriptor. Node gives children sockets, which `/proc/self/fd/N`
// cannot open; a file without a name in memory can be opened, and leaves nothing behind when everything is killed.
import { randomUUID } from 'node:crypto';
import { constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Opens a file that has no name and holds `content`, to be inherited by one child and closed here once that runs. Written
 * positionally: whoever reads it begins at the start.
 */
export function openSecretFile(content: string): number {
  const fd = openNameless();
  writeSync(fd, content, 0);
  return fd;
}

/** The path by which a process opens one of its own descriptors. */
export function inheritedPath(fd: number): string {
  return process.platform === 'linux' ? `/proc/self/fd/${fd}` : `/dev/fd/${fd}`;
}

const onlyOwner = 0o600;
/** `O_TMPFILE` of Linux, which Node does not name. */
const temporaryFile = 0o20_000_000 | constants.O_DIRECTORY;

function openNameless(): number {
  if (process.platform === 'linux') {
    try {
      return openSync('/dev/shm', temporaryFile | constants.O_RDWR, onlyOwner);
    } catch {
      // No shared memory here, or an old kernel: a file loses its name before anything is written to it.
    }
  }
  const path = join(tmpdir(), `holdfast-${randomUUID()}`);
  const fd = openSync(path, 'wx+', onlyOwner);
  unlinkSync(path);
  return fd;
}
