// Where a command's words go: the answer to stdout, everything said along the way to stderr, so that pipes get only the
// answer. With --json stdout holds one JSON value (or one a line where a command says so) and stderr only errors.
import type { Writable } from 'node:stream';
import type { ErrorReport } from './error-report.ts';
import { printable } from './printable.ts';

export interface Terminal extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Output {
  readonly json: boolean;
  /** The command's answer: the value with --json, else the text. */
  answer(value: unknown, text: () => string): void;
  /** A line of an answer that is told bit by bit, for people; with --json nothing, the value comes at the end. */
  tell(line: string): void;
  /** A piece of a long answer, as it is. Resolves once more can be taken. */
  write(piece: string | Uint8Array): Promise<void>;
  /** A line for people, told along the way. */
  say(line: string): void;
  /** One line that each call replaces; null where nobody watches. */
  readonly liveLine: ((line: string) => void) | null;
  /** Ends the live line; what it showed is gone. */
  clearLiveLine(): void;
  error(report: ErrorReport): void;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
}

export function createOutput({ json, stdout, stderr }: OutputOptions): Output {
  let live = false;
  const clearLiveLine = () => {
    if (live) stderr.write('\r\x1b[2K');
    live = false;
  };
  const drawLiveLine = (line: string) => {
    clearLiveLine();
    stderr.write(`\r${line.slice(0, (stderr.columns || 80) - 1)}`);
    live = true;
  };
  return {
    json,
    answer(value, text) {
      clearLiveLine();
      stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : withNewline(text()));
    },
    tell(line) {
      if (json) return;
      clearLiveLine();
      stdout.write(`${line}\n`);
    },
    write: (piece) =>
      new Promise((resolve) => {
        if (stdout.write(piece) || stdout.writableEnded || stdout.destroyed) return resolve();
        stdout.once('drain', resolve);
        stdout.once('close', resolve);
      }),
    say(line) {
      if (json) return;
      clearLiveLine();
      stderr.write(`${line}\n`);
    },
    liveLine: stderr.isTTY && !json ? drawLiveLine : null,
    clearLiveLine,
    error(report) {
      clearLiveLine();
      stderr.write(json ? `${JSON.stringify(withoutStatus(report))}\n` : asText(report));
    },
  };
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function withoutStatus({ code, message, hint, details }: ErrorReport): unknown {
  return { code, message, hint, details };
}

function asText({ message, hint, details }: ErrorReport): string {
  const tail = (details as { stderrTail?: readonly string[] } | null)?.stderrTail ?? [];
  const lines = [`Error: ${message}`, ...(hint === '' ? [] : [hint]), ...tail.map((line) => `  ${printable(line)}`)];
  return `${lines.join('\n')}\n`;
}
