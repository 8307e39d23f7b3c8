import type { RecordedProcess } from '../../engine/orphan-process.ts';
import type { Services } from '../../services.ts';

/** How long a server may stand still before what it started is ended. */
const watchedForMs = 60_000;

/** Has the watchdog end the process and its group when this server cannot, until it is disposed of. */
export function watchedProcess({ watchdog }: Pick<Services, 'watchdog'>, child: RecordedProcess): Disposable {
  const say = () => watchdog.watch(child, watchedForMs);
  say();
  const timer = setInterval(say, watchedForMs / 12);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      watchdog.forget(child);
    },
  };
}
