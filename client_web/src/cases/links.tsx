/** What a case is about: flagged messages with their text, as the queue shows them, and other things by their names. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { FlagCard } from '../queue/flag_card';
import { flagOf, keepFlag } from '../queue/queue';
import { roomNamed } from '../room/rooms';
import { me } from '../session/session';
import { dressed } from '../shell/dress';
import { later } from '../shell/later';
import { Problem, refusedBecause } from '../shell/refused';
import { caseAddress, LETTERS, pairAddress, roomAddress } from '../shell/route';
import type { Case, CaseLink } from '../wire/case';
import type { Flag } from '../wire/flag';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';

/** The address of `styles/own.css`, which the bundler names by its content. */
declare const OWN_STYLES: string;

const ReportEvidence = later(async () => (await dressed(import('../parts/reports'), OWN_STYLES)).ReportEvidence);

export function Links({ one, links }: { one: Case; links: readonly CaseLink[] }): VNode {
  const named = links.filter(({ kind }) => kind !== 'report'); // reports are shown with their words
  const room = one.room ? roomNamed(one.room) : undefined;
  return (
    <section class="card" aria-labelledby="case-links">
      <h2 id="case-links">{t('case.links')}</h2>
      {links.length === 0 && <p class="hint">{t('case.links_none')}</p>}
      <div class="queue-list">
        {links.some(({ kind }) => kind === 'report') && <ReportEvidence case={one.id} />}
        {named.map((link) => (link.kind === 'flag' ? <LinkedFlag key={link.ref} id={link.ref} /> : <Other key={link.ref} link={link} />))}
      </div>
      <p class="flag-acts">
        {room?.card.value && (
          <a class="quiet-button" href={roomAddress(room.number)}>
            {t('case.see_room')}
          </a>
        )}
        {one.pair && (
          <a class="quiet-button" href={pairAddress(one.pair.id)}>
            {t('case.see_pair')}
          </a>
        )}
      </p>
    </section>
  );
}

function LinkedFlag({ id }: { id: string }): VNode {
  const found = useSignal<Flag | null>(null);
  const problem = useSignal('');
  const professional = me.value?.account.role === 'supervisor';
  const load = async (): Promise<void> => {
    problem.value = '';
    try {
      found.value = await http<Flag>('GET', `flags/${id}`);
      keepFlag(found.value);
    } catch (error) {
      const gone = error instanceof Refusal && (error.code === 'not_found' || error.code === 'forbidden');
      problem.value = gone ? t('case.flag_gone') : refusedBecause(error);
    }
  };
  useEffect(() => void (professional && load()), [id]);
  const flag = flagOf(id) ?? found.value;
  if (flag) return <FlagCard flag={flag} first={false} inCase />;
  return professional ? problem.value ? <Problem sentence={problem.value} again={load} /> : <p class="empty">{t('app.loading')}</p> : <p class="hint">{t('case.flag_gone')}</p>;
}

const Other = ({ link }: { link: CaseLink }): VNode => (
  <p>
    {t(`case.link.${link.kind as 'case'}`, { seq: link.seq ?? '' })}{' '}
    {link.kind === 'case' && (
      <a class="quiet-button" href={caseAddress(link.ref)}>
        {t('case.see_case')}
      </a>
    )}
    {link.kind === 'letter' && (
      <a class="quiet-button" href={LETTERS}>
        {t('case.see_letter')}
      </a>
    )}
  </p>
);
