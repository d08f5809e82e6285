/** What happened in a case, in words: each act, who was called on which step and by which channel, and what did not arrive. */

import type { VNode } from 'preact';
import { t, tOr, type Key } from '../locales/text';
import { Icon } from '../shell/icons';
import type { CaseEntry, CaseFile, CasePageSent, CaseReached, CaseSent } from '../wire/case';
import { failedCalls } from './deliveries';
import { outcomeWord, whenIn } from './words';

export function Timeline({ file }: { file: CaseFile }): VNode {
  return (
    <section class="card" aria-labelledby="case-timeline">
      <h2 id="case-timeline">{t('case.timeline')}</h2>
      <Undelivered file={file} />
      <ol class="case-timeline">
        {file.timeline.map((entry) => (
          <li key={entry.id}>
            <time class="fact" dateTime={entry.at}>
              {whenIn(entry.at)}
            </time>
            <p>{entrySaid(entry, file)}</p>
            {entry.detail['uncovered'] === true && <p class="case-late">{t('case.act.uncovered')}</p>}
            <Paged entry={entry} file={file} />
            <NoteOf entry={entry} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Undelivered({ file }: { file: CaseFile }): VNode | null {
  const count = failedCalls(file.pages).length;
  if (count === 0) return null;
  return (
    <div class="problem">
      <strong>{t('case.undelivered', { count })}.</strong> {t('case.undelivered_do')}
    </div>
  );
}

/** What was written with an act, and for which circle. */
export function NoteOf({ entry }: { entry: CaseEntry }): VNode | null {
  if (entry.hidden) return <p class="hint">{t('case.note_hidden')}</p>;
  if (entry.note === undefined) return null;
  return (
    <blockquote class="case-note">
      {entry.note}
      {entry.tier && <span class="tag">{t(`case.tier_short.${entry.tier}`)}</span>}
    </blockquote>
  );
}

const pageOfEntry = ({ detail }: CaseEntry, pages: readonly CasePageSent[]): CasePageSent | undefined =>
  pages.find(({ round, step }) => round === detail['round'] && step === detail['step']);

function entrySaid(entry: CaseEntry, file: CaseFile): string {
  const { act, detail } = entry;
  const name = entry.by ?? t('case.somebody');
  if (act === 'opened' && entry.by) return t('case.act.opened_by', { name });
  if (act === 'joined' && detail['raised']) return t('case.act.joined_raised');
  if (act === 'paged') {
    const page = pageOfEntry(entry, file.pages);
    return t(page && page.reached.length === 0 ? 'case.act.paged_nobody' : 'case.act.paged', { step: Number(detail['step']) + 1 });
  }
  const to = file.can_own.find(({ id }) => id === detail['owner'])?.name ?? t('case.a_colleague');
  const level = (what: string): string => tOr(`severity.${String(detail[what])}`, 'case.act.other').toLowerCase();
  if (act === 'dispatch') return tOr(`case.act.dispatch.${String(detail['did'])}`, 'case.act.dispatch', { name });
  if (act === 'linked' || act === 'unlinked') return tOr(`case.act.${act}.${String(detail['kind'])}`, 'case.act.linked', { name });
  const person = nameOf(detail['person'], file);
  return tOr(`case.act.${act}`, 'case.act.other', { name, to, person, outcome: outcomeWord(detail['outcome']), before: level('before'), after: level('after') });
}

/** Of somebody whom the file names. */
const nameOf = (id: unknown, file: CaseFile): string =>
  [...file.people.map(({ person }) => person), ...file.around, ...file.can_own].find((one) => one.id === id)?.name || t('case.somebody').toLowerCase();

function Paged({ entry, file }: { entry: CaseEntry; file: CaseFile }): VNode | null {
  const page = entry.act === 'paged' ? pageOfEntry(entry, file.pages) : undefined;
  if (!page || page.reached.length === 0) return null;
  return (
    <ul class="case-reached">
      {page.reached.map((one, index) => (
        <Reached key={index} one={one} />
      ))}
    </ul>
  );
}

const Reached = ({ one }: { one: CaseReached }): VNode => (
  <li>
    <strong>{one.name}</strong>
    {one.outside && <span class="fact"> {t('case.outside')}</span>}
    {one.sent.length === 0 && <span class="fact"> · {t('case.sent.none')}</span>}
    {one.sent.length > 0 && (
      <ul>
        {one.sent.map((sent, index) => (
          <Sent key={index} sent={sent} />
        ))}
      </ul>
    )}
  </li>
);

function Sent({ sent }: { sent: CaseSent }): VNode {
  const failed = sent.result === 'failed' || sent.result === 'dropped';
  const folder = sent.result === 'sent' && sent.reason === 'folder';
  return (
    <li class={failed ? 'case-failed' : ''}>
      <Icon name={failed ? 'stop' : sent.result === 'sent' ? 'sent' : 'clock'} />
      <span>
        {sent.channel && <strong>{t(`case.channel.${sent.channel}` as Key)}</strong>} {tOr(`case.sent.${folder ? 'folder' : sent.result}`, 'case.sent.unknown')}
        {sent.at && sent.channel && <span class="fact"> {whenIn(sent.at)}</span>}
        {failed && sent.reason && <span class="case-why"> {tOr(`case.fail.${sent.reason}`, 'case.fail.other')}</span>}
      </span>
    </li>
  );
}
