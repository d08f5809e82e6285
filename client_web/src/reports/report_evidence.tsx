/** What was reported, in the file of its case, and a word back to who reported. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { VoiceBubble } from '../notes/bubble';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import { newId } from '../wire/ids';
import type { Evidence } from '../wire/reports';
import { Answers } from './answers';

interface List {
  reports: readonly Evidence[];
}

/** Nothing where the case has no report. Opening it is written down as a reading. */
export function ReportEvidence({ case: id }: { case: string }): VNode {
  const loaded = useLoaded<List>(`cases/${id}/reports`);
  return (
    <Awaited of={loaded}>
      {({ reports }) => (
        <>
          {reports.map((report) => (
            <article key={report.id} class="card report-evidence">
              <One report={report} />
              <Answers answers={report.answers} />
              <Answering path={`cases/${id}/reports/${report.id}/answers`} name={report.by.name} onDone={loaded.keep} />
            </article>
          ))}
        </>
      )}
    </Awaited>
  );
}

function One({ report: { id, asked, at, by, kind, message, person, stopped, subject, words } }: { report: Evidence }): VNode {
  return (
    <>
      <h3>{t(`report.kind.${kind}`)}</h3>
      <p class="fact">
        {t(subject === 'worry' ? 'evidence.worry' : 'evidence.about', {
          who: by.name,
          role: t(`role.${by.role}`),
          name: person ? `${person.name} (${t(`role.${person.role}`)})` : '',
          when: dayAndHour(new Date(at)),
        })}
      </p>
      {stopped && <p>{t('evidence.stopped')}</p>}
      {asked && <p>{t('evidence.asked', { name: by.name })}</p>}
      {words && (
        <>
          <h4>{t('evidence.words', { name: by.name })}</h4>
          <blockquote>{words}</blockquote>
        </>
      )}
      {message && (
        <>
          <h4>{t('evidence.message', { name: person?.name ?? '', when: dayAndHour(new Date(message.at)) })}</h4>
          {message.kind === 'voice' ? (
            <VoiceBubble body={message.text} room={message.room} report={id} name={person?.name ?? ''} />
          ) : (
            <blockquote>{message.text}</blockquote>
          )}
          {message.earlier.length > 0 && (
            <>
              <h4>{t('evidence.earlier')}</h4>
              {message.earlier.map((text) => (
                <blockquote key={text}>{text}</blockquote>
              ))}
            </>
          )}
        </>
      )}
    </>
  );
}

function Answering({ path, name, onDone }: { path: string; name: string; onDone: (list: List) => void }): VNode {
  const words = useSignal('');
  const id = useSignal(newId()); // the same until it went through
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const send = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      onDone(await http<List>('POST', path, { id: id.peek(), words: words.peek().trim() }));
      id.value = newId();
      words.value = '';
    });
  };
  return (
    <form onSubmit={send}>
      <p class="field">
        <label for={field}>{t('evidence.answer', { name })}</label>
        <textarea id={field} rows={2} maxLength={2000} value={words.value} aria-describedby={`${field}-hint`} onInput={(event) => (words.value = event.currentTarget.value)} />
        <span class="hint" id={`${field}-hint`}>
          {t('evidence.answer_hint')}
        </span>
      </p>
      <Problem sentence={problem.value} />
      <button type="submit" class="button" disabled={busy.value || !words.value.trim()}>
        {t('evidence.send')}
      </button>
    </form>
  );
}
