/** Who read what about oneself, when and why: the newest first, under their days. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { day, dayAndHour, dayOf, hour, sameDay } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { Face } from '../shell/mark';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { LOOKS } from '../shell/route';
import { http } from '../wire/http';
import type { JournalAnswer, JournalLine } from '../wire/journal';
import { byDay } from './by_day';
import { ToldSection } from './told_section';

export function JournalPage(): VNode {
  const lines = useSignal<readonly JournalLine[] | null>(null);
  const more = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const load = (): void =>
    void attempt(async () => {
      const last = lines.peek()?.at(-1);
      const page = await http<JournalAnswer>('GET', last ? `journal?before=${last.id}` : 'journal');
      lines.value = [...(lines.peek() ?? []), ...page.lines];
      more.value = page.more;
    });
  useEffect(load, []);
  return (
    <Page title={t('journal.title')} kind="looks journal">
      <p class="lead">{t('journal.lead')}</p>
      <ToldSection />
      {lines.value === null && busy.value && <p class="empty">{t('app.loading')}</p>}
      {lines.value?.length === 0 && <p class="empty">{t('journal.empty')}</p>}
      {byDay(lines.value ?? []).map(({ first, lines: those }) => (
        <section key={first.toISOString()}>
          <h2>{day(first)}</h2>
          <ul class="people">
            {those.map((line) => (
              <Line key={line.id} line={line} />
            ))}
          </ul>
        </section>
      ))}
      <Problem sentence={problem.value} again={load} />
      {more.value && !problem.value && (
        <button type="button" class="button button-soft" disabled={busy.value} onClick={load}>
          {t('journal.more')}
        </button>
      )}
      <p>
        <a href={LOOKS}>{t('app.looks')}</a>
      </p>
    </Page>
  );
}

function Line({ line }: { line: JournalLine }): VNode {
  const at = new Date(line.at);
  const name = line.reader?.name ?? t(line.how === 'operator' ? 'journal.operator' : 'journal.somebody');
  const where = line.others ? t('journal.with', { names: line.others.join(', ') }) : '';
  return (
    <li>
      <Face name={name} role={line.reader?.role ?? 'admin'} />
      <span>
        <strong>{name}</strong>
        {line.reader && <span class="fact">{t(`role.${line.reader.role}`)}</span>}
        <span>
          {said(line)} {where}
        </span>
        {why(line) && <span>{why(line)}</span>}
        <span class="fact">
          <time dateTime={line.at}>{hour(at)}</time>
          {line.left && ` – ${sameDay(at, new Date(line.left)) ? hour(new Date(line.left)) : dayAndHour(new Date(line.left))}`}
        </span>
        {line.told && <span class="fact">{t('journal.told_late', { day: dayOf(line.told) })}</span>}
      </span>
    </li>
  );
}

/** What was done, in plain words; of an act that this version does not know, that something was read. */
const said = (line: JournalLine): string => tOr(`journal.${line.act}${line.how === 'call' ? '.call' : ''}`, 'journal.other');

function why(line: JournalLine): string {
  if (line.why) {
    const given = tOr(`journal.why.${line.why}`, 'journal.why.other');
    return t('journal.why', { why: given });
  }
  const usual = tOr(`journal.because.${line.act}`, 'journal.because');
  return usual === t('journal.because') ? '' : usual;
}
