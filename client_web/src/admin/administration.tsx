/** People and pairs of the association. No way to any message from here. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t, tOr } from '../locales/text';
import { Icon } from '../shell/icons';
import { later } from '../shell/later';
import { Awaited, useLoaded } from '../shell/loaded';
import { HANDOVER, pairAddress } from '../shell/route';
import type { Account, Pair } from '../wire/account';
import { CallPolicyCard } from './call_policy';
import { GuessedCard } from './guessed_card';
import { PairForm } from './pair_form';
import { PairLine } from './pair_line';
import { PeopleList } from './people_list';
import { PersonForm } from './person_form';
import { PolicyCard } from './policy';

const DueSection = later(async () => (await import('../parts/pairs')).DueSection);
const ReachCards = later(async () => (await import('../parts/reach')).ReachCards);
const GatesCard = later(async () => (await import('../parts/pairs')).GatesCard);

type People = { accounts: Account[] };
type Pairs = { pairs: Pair[] };

export function Administration(): VNode {
  const people = useLoaded<People>('accounts');
  const pairs = useLoaded<Pairs>('pairs', ['notice:new']);
  const done = useSignal('');
  const adding = useSignal<'person' | 'pair' | null>(null);
  const saved = (sentence: string): void => {
    adding.value = null;
    done.value = sentence;
    void people.load();
    void pairs.load();
  };
  const close = (): void => {
    adding.value = null;
  };
  const accounts = people.found.value?.accounts ?? [];
  return (
    <>
      <p class="lead">{t('admin.no_access')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <GuessedCard people={accounts} />
      <div class="two-columns">
        <section class="card" aria-labelledby="people-title">
          <Heading id="people-title" title={t('admin.people')} act={t('admin.add_person')} onAct={() => (adding.value = 'person')} />
          <Awaited of={people}>{(found) => <PeopleList people={found.accounts} />}</Awaited>
        </section>
        <section class="card" aria-labelledby="pairs-title">
          <Heading id="pairs-title" title={t('admin.pairs')} act={t('admin.make_pair')} onAct={() => (adding.value = 'pair')} />
          <Awaited of={pairs}>{(found) => <PairList pairs={found.pairs} />}</Awaited>
          <a class="quiet-button" href={HANDOVER}>
            {t('admin.hand_over')}
          </a>
        </section>
      </div>
      <div class="two-columns">
        <DueSection />
        <GatesCard />
      </div>
      <PolicyCard />
      <CallPolicyCard />
      <ReachCards />
      {adding.value === 'person' && <PersonForm onClose={close} onSaved={saved} />}
      {adding.value === 'pair' && <PairForm people={accounts} onClose={close} onSaved={saved} />}
    </>
  );
}

const PairList = ({ pairs }: { pairs: readonly Pair[] }): VNode =>
  pairs.length === 0 ? (
    <p class="empty">{t('admin.no_pair')}</p>
  ) : (
    <ul class="people">
      {pairs.map((pair) => (
        <li key={pair.id}>
          <PairLine pair={pair} href={pairAddress(pair.id)} />
          <span class="tag">{tOr(`pair.${pair.state}`, 'pair.active')}</span>
        </li>
      ))}
    </ul>
  );

const Heading = ({ id, title, act, onAct }: { id: string; title: string; act: string; onAct: () => void }): VNode => (
  <div class="section-head">
    <h2 id={id}>{title}</h2>
    <button type="button" class="button button-soft" onClick={onAct}>
      <Icon name="plus" />
      {act}
    </button>
  </div>
);
