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
import { Problem, refusedBecause, useAttempt } from '../shell/refused';
import { pairAddress, roomAddress } from '../shell/route';
import type { Case, CaseLink } from '../wire/case';
import type { Flag } from '../wire/flag';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';
import type { FullMessage } from '../wire/room';
import { actOn } from './act';
import { Linked } from './linked';
import type { Done } from './take_back';

/** The address of `styles/own.css`, which the bundler names by its content. */
declare const OWN_STYLES: string;

const ReportEvidence = later(async () => (await dressed(import('../parts/reports'), OWN_STYLES)).ReportEvidence);

interface Props {
  one: Case;
  links: readonly CaseLink[];
  onDone: Done;
}

export function Links({ one, links, onDone }: Props): VNode {
  const named = links.filter(({ kind }) => kind !== 'report'); // reports are shown with their words
  const room = one.room ? roomNamed(one.room) : undefined;
  return (
    <section class="card" aria-labelledby="case-links">
      <h2 id="case-links">{t('case.links')}</h2>
      {links.length === 0 && <p class="hint">{t('case.links_none')}</p>}
      <div class="queue-list">
        {links.some(({ kind }) => kind === 'report') && <ReportEvidence case={one.id} />}
        {named.map((link) =>
          link.kind === 'flag' ? (
            <LinkedFlag key={link.ref} id={link.ref} act={(message) => <AddMessage one={one} links={links} message={message} onDone={onDone} />} />
          ) : (
            <Linked key={link.ref} one={one} link={link} onDone={onDone} />
          ),
        )}
      </div>
      <p class="hint">{t(named.some(({ kind }) => kind === 'flag') ? 'case.message_how' : 'case.message_how_room')}</p>
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

interface AddProps extends Props {
  message: FullMessage;
}

/** What was said around a flag can be evidence, too. */
function AddMessage({ one, links, message, onDone }: AddProps): VNode | null {
  const { busy, problem, attempt } = useAttempt();
  const there = links.some(({ kind, seq, room }) => (kind === 'message' || kind === 'flag') && room === message.room && seq === message.seq);
  const add = (): Promise<void> =>
    attempt(async () => {
      await actOn(one.id, 'messages', { room: message.room, seq: message.seq });
      await onDone();
    });
  if (there) return <p class="hint">{t('case.message_there')}</p>;
  return (
    <>
      <button type="button" class="quiet-button" disabled={busy.value} onClick={() => void add()}>
        {t('case.message_add')}
      </button>
      <Problem sentence={problem.value} />
    </>
  );
}

function LinkedFlag({ id, act }: { id: string; act: (message: FullMessage) => VNode | null }): VNode {
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
  if (flag) return <FlagCard flag={flag} first={false} inCase={act} />;
  return professional ? problem.value ? <Problem sentence={problem.value} again={load} /> : <p class="empty">{t('app.loading')}</p> : <p class="hint">{t('case.flag_gone')}</p>;
}
