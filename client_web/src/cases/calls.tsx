/** The calls of the pair around the time of a case: who was in them, from when to when. Nothing else of a call is kept. */

import type { VNode } from 'preact';
import { dayAndHour, hour, sameDay } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import type { Attended, CallsAround } from '../wire/attendance';
import type { Case } from '../wire/case';

/** Read with the file: it is one reading. */
export function Calls({ one }: { one: Case }): VNode {
  const loaded = useLoaded<CallsAround>(`cases/${one.id}/calls`);
  return (
    <section class="card" aria-labelledby="case-calls">
      <h2 id="case-calls">{t('case.calls')}</h2>
      <p class="hint">{t('case.calls_why')}</p>
      <Awaited of={loaded}>
        {({ calls, more }) => (
          <>
            {more && <p class="hint">{t('case.calls_more')}</p>}
            {calls.length === 0 && <p class="hint">{t('case.calls_none')}</p>}
            <ol class="case-timeline">
              {calls.map((call) => (
                <li key={call.id}>
                  <time class="fact" dateTime={call.began_at}>
                    {stretch(call.began_at, call.ended_at, dayAndHour)}
                  </time>
                  <ul class="case-call">
                    {call.people.map((person) => (
                      <li key={person.who.id + person.came_at}>
                        <strong>{person.who.name}</strong> {stayed(person)}
                      </li>
                    ))}
                  </ul>
                </li>
              ))}
            </ol>
          </>
        )}
      </Awaited>
    </section>
  );
}

function stayed({ who, came_at, went_at, why }: Attended): string {
  const facts = { role: t(`role.${who.role}`), when: stretch(came_at, went_at, hour) };
  return why ? t('case.call_went', { ...facts, why: tOr(`case.went.${why}`, 'case.went.other') }) : t('case.call_in', facts);
}

function stretch(since: string, until: string | undefined, begins: (at: Date) => string): string {
  const start = new Date(since);
  if (!until) return t('case.call_now', { start: begins(start) });
  const end = new Date(until);
  return t('case.call_over', { start: begins(start), end: sameDay(start, end) ? hour(end) : dayAndHour(end) });
}
