// Events on the thread, newest first, under the day they happened; each unfolds to its data and its hashes.
import type { LedgerEvent } from '@holdfast/shared/events';
import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { EventDetails } from './event-details.tsx';
import { eventLook } from './event-look.ts';
import { createEventWords, type EventWords } from './event-words.ts';

export interface EventListProps {
  /** Newest first. */
  events: readonly LedgerEvent[];
  /** The position that stands open at first. */
  openAt?: number | undefined;
  /** Leaves the subject away where the page is about one thing. */
  withoutSubject?: boolean;
}

export function EventList(props: EventListProps) {
  const words = createEventWords();
  const [open, setOpen] = createSignal<number | undefined>(props.openAt);
  const { f } = useI18n();
  const startsDay = (index: number) => {
    const [event, newer] = [props.events[index], props.events[index - 1]];
    return event !== undefined && (newer === undefined || f.day(event.at) !== f.day(newer.at));
  };
  return (
    <ol class="thread acts">
      <For each={props.events}>
        {(event, index) => (
          <>
            <Show when={startsDay(index())}>
              <li class="day">{f.day(event.at)}</li>
            </Show>
            <EventItem
              event={event}
              previous={props.events.find(({ position }) => position === event.position - 1)}
              words={words}
              withoutSubject={props.withoutSubject ?? false}
              isOpen={open() === event.position}
              onToggle={() => setOpen(open() === event.position ? undefined : event.position)}
            />
          </>
        )}
      </For>
    </ol>
  );
}

interface EventItemProps {
  event: LedgerEvent;
  /** The event before it, where it is on the page too. */
  previous: LedgerEvent | undefined;
  words: EventWords;
  withoutSubject: boolean;
  isOpen: boolean;
  onToggle: () => void;
}

function EventItem(props: EventItemProps) {
  const { t, f } = useI18n();
  const id = createUniqueId();
  const look = () => eventLook(props.event);
  return (
    <li aria-current={props.isOpen ? 'true' : undefined}>
      <Mark name={look().mark} tone={look().tone} />
      <button
        class="pos"
        type="button"
        aria-expanded={props.isOpen}
        aria-controls={id}
        aria-label={t('activity.details', props.event.position)}
        onClick={() => props.onToggle()}
      >
        #{f.count(props.event.position)}
      </button>
      <time dateTime={props.event.at}>{f.seconds(props.event.at)}</time>
      <p>
        <Show when={!props.withoutSubject}>
          <b>{props.words.subject(props.event)}</b>{' '}
        </Show>
        {props.words.sentence(props.event)}
      </p>
      <span class="who">{t('actor.name', props.event.actor)}</span>
      <div class="event-details" id={id} hidden={!props.isOpen}>
        <Show when={props.isOpen}>
          <EventDetails event={props.event} previous={props.previous} />
        </Show>
      </div>
    </li>
  );
}
