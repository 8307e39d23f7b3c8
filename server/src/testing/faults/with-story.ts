// What somebody needs who has to find out why a case failed: the ledger's last events, and what every server wrote.
import type { Scene } from './fault-stage.ts';

/** Runs it; what it throws is thrown with the story behind it. */
export async function withStory<T>(scene: Scene, title: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const wrote = scene.servers.map((server) => `== server ${server.name} wrote\n${server.output()}`);
    throw new Error([`${title}: ${message}`, await lastEvents(scene), ...wrote].join('\n'), { cause });
  }
}

async function lastEvents({ ledger }: Scene): Promise<string> {
  try {
    const events = await ledger.read({ order: 'newest-first', limit: 60 });
    const lines = events.reverse().map(({ position, at, type, correlationId, data }) => {
      const said = 'reason' in data && 'message' in data ? `: ${data.reason}, ${data.message}` : '';
      return `${position} ${at} ${correlationId} ${type}${said}`;
    });
    return ['== the ledger says', ...lines].join('\n');
  } catch (error) {
    return `== the ledger cannot be read: ${String(error)}`;
  }
}
