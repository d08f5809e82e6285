/** What else a case is about: a message with what was said around it, a letter, another pair, a case that it took in. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { MessageList } from '../queue/around';
import { Veiled } from '../queue/excerpt';
import { Icon } from '../shell/icons';
import { Problem, useAttempt } from '../shell/refused';
import { caseAddress, letterAddress, pairAddress } from '../shell/route';
import type { Case, CaseExcerpt, CaseLink } from '../wire/case';
import { http } from '../wire/http';
import { actOn } from './act';
import { TakeBack, type Done } from './take_back';
import { whenIn } from './words';

interface Props {
  one: Case;
  link: CaseLink;
  onDone: Done;
}

export function Linked({ one, link, onDone }: Props): VNode {
  switch (link.kind) {
    case 'message':
      return <LinkedMessage one={one} link={link} onDone={onDone} />;
    case 'letter':
      return <LinkedLetter one={one} link={link} onDone={onDone} />;
    case 'pair':
      return (
        <p class="case-link">
          {t('case.link.pair', { pair: link.pair ? `${link.pair.mentor} · ${link.pair.mentee}` : '' })}{' '}
          <a class="quiet-button" href={pairAddress(link.ref)}>
            {t('case.see_pair')}
          </a>
        </p>
      );
    default:
      return (
        <p class="case-link">
          {t('case.link.case', { reference: link.reference ?? '' })}{' '}
          <a class="quiet-button" href={caseAddress(link.ref)}>
            {t('case.see_case')}
          </a>
        </p>
      );
  }
}

/** Opened by a press: the reading is written into the journal of the young person. */
function LinkedMessage({ one, link, onDone }: Props): VNode {
  const found = useSignal<CaseExcerpt | null>(null);
  const leaving = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const read = (): Promise<void> =>
    attempt(async () => {
      found.value = await http<CaseExcerpt>('GET', `cases/${one.id}/messages/${link.ref}`);
    });
  const nameOf = (author: string): string => found.value?.people.find(({ id }) => id === author)?.name || t('case.somebody');
  return (
    <article class="flag case-message around">
      <h3>{t('case.link.message')}</h3>
      {link.added && <p class="fact">{t('case.link.added', { name: link.by ?? t('case.somebody'), when: whenIn(link.added) })}</p>}
      {found.value ? (
        <section aria-label={t('case.link.message')}>
          <p class="hint">{t('case.message_was_seen')}</p>
          <Veiled severity={one.severity}>
            <MessageList messages={found.value.messages} marked={found.value.marked} nameOf={({ author }) => nameOf(author)} />
          </Veiled>
        </section>
      ) : (
        <p>
          <button type="button" class="quiet-button" disabled={busy.value} onClick={() => void read()}>
            <Icon name="chat" />
            {t('case.message_read')}
          </button>
          <span class="hint">{t('case.message_seen')}</span>
        </p>
      )}
      <Problem sentence={problem.value} />
      {link.added && (
        <p class="flag-acts">
          <button type="button" class="quiet-button" onClick={() => (leaving.value = true)}>
            {t('case.message_remove')}
          </button>
        </p>
      )}
      {leaving.value && <Leaving one={one} link={link} title={t('case.message_remove')} onClose={() => (leaving.value = false)} onDone={onDone} />}
    </article>
  );
}

const Leaving = ({ one, link, ...more }: Props & { title: string; onClose: () => void }): VNode => (
  <TakeBack said={t('case.link_remove_sure')} save={(note) => actOn(one.id, 'links/remove', { kind: link.kind, ref: link.ref, note })} {...more} />
);

function LinkedLetter({ one, link, onDone }: Props): VNode {
  const { letter } = link;
  const leaving = useSignal(false);
  if (!letter) return <p class="case-link">{t('case.link.letter_gone')}</p>;
  return (
    <p class="case-link">
      {t('case.link.letter', { name: letter.author || t('case.somebody'), when: whenIn(letter.at) })}{' '}
      {letter.readable ? (
        <a class="quiet-button" href={letterAddress(letter.person.id, letter.line)}>
          {t('case.letter_read')}
        </a>
      ) : (
        <span class="hint">{t('case.letter_others')}</span>
      )}
      {link.added && (
        <button type="button" class="quiet-button" onClick={() => (leaving.value = true)}>
          {t('case.letter_remove')}
        </button>
      )}
      {leaving.value && <Leaving one={one} link={link} title={t('case.letter_remove')} onClose={() => (leaving.value = false)} onDone={onDone} />}
    </p>
  );
}
