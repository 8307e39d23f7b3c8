// Shapes that every language's dictionary shares.
import type { Actor } from '@holdfast/shared/actor';
import type { OperationKind } from '@holdfast/shared/deployment';
import type { AppErrorData, ErrorCode, ErrorDetails } from '@holdfast/shared/errors';
import type { EventData, EventType } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';

/** One sentence per event type. */
export type EventSentences = { [K in EventType]: (data: EventData<K>) => string };

/** One message per refusal. */
export type RefusalMessages = { [C in ErrorCode]: (details: ErrorDetails<C>) => string };

export interface BusyWords {
  readonly kind: OperationKind;
  readonly since: string;
  readonly actor: Actor;
}

export type Moved = Pick<OperationProgress, 'kind' | 'phase' | 'bytes' | 'totalBytes' | 'bytesPerSecond' | 'documents'>;

/** The message of a refusal out of a language's table. */
export function sayRefusal(messages: RefusalMessages, app: AppErrorData): string {
  // A server newer than this console may know a code that the table lacks.
  const say = messages[app.code] as ((details: unknown) => string) | undefined;
  return say ? say(app.details) : app.code;
}
