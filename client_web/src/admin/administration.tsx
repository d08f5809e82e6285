/** People and pairs of the association. No way to any message from here. */

import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t, tOr } from '../locales/text';
import { Icon } from '../shell/icons';
import { Face } from '../shell/mark';
import { Problem, refusedBecause } from '../shell/refused';
import { later } from '../shell/later';
import { pairAddress } from '../shell/route';
import type { Account, Pair } from '../wire/account';
import { http } from '../wire/http';
import { GuessedCard } from './guessed_card';
import { PairForm } from './pair_form';
import { PeopleList } from './people_list';
import { PersonForm } from './person_form';
import { PolicyCard } from './policy';

const DueSection = later(async () => (await import('../parts/pairs')).DueSection);
const GatesCard = later(async () => (await import('../parts/pairs')).GatesCard);

export const accounts = signal<readonly Account[]>([]);
const pairs = signal<readonly Pair[]>([]);
const done = signal('');

export function Administration(): VNode {
  const [problem, setProblem] = useState('');
  const [adding, setAdding] = useState<'person' | 'pair' | null>(null);
  const load = async (): Promise<void> => {
    try {
      const [people, formed] = await Promise.all([
        http<{ accounts: Account[] }>('GET', 'accounts'),
        http<{ pairs: Pair[] }>('GET', 'pairs'),
      ]);
      accounts.value = people.accounts;
      pairs.value = formed.pairs;
      setProblem('');
    } catch (error) {
      setProblem(refusedBecause(error));
    }
  };
  useEffect(() => void load(), []);
  const saved = (sentence: string): void => {
    setAdding(null);
    done.value = sentence;
    void load();
  };
  return (
    <>
      <p class="lead">{t('admin.no_access')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem} />
      <GuessedCard people={accounts.value} />
      <div class="two-columns">
        <section class="card" aria-labelledby="people-title">
          <Heading id="people-title" title={t('admin.people')} act={t('admin.add_person')} onAct={() => setAdding('person')} />
          <PeopleList people={accounts.value} />
        </section>
        <section class="card" aria-labelledby="pairs-title">
          <Heading id="pairs-title" title={t('admin.pairs')} act={t('admin.make_pair')} onAct={() => setAdding('pair')} />
          {pairs.value.length === 0 && <p class="empty">{t('admin.no_pair')}</p>}
          <ul class="people">
            {pairs.value.map((pair) => (
              <li key={pair.id}>
                <span class="who-faces">
                  <Face name={pair.mentor.name} role="mentor" />
                  <Face name={pair.mentee.name} role="mentee" />
                </span>
                <span>
                  <a href={pairAddress(pair.id)}>
                    <strong>
                      {pair.mentor.name} · {pair.mentee.name}
                    </strong>
                  </a>
                  <span class="fact">{t('admin.followed_by', { name: pair.supervisor.name })}</span>
                </span>
                <span class="tag">{tOr(`pair.${pair.state}`, 'pair.active')}</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <div class="two-columns">
        <DueSection />
        <GatesCard />
      </div>
      <PolicyCard onSaved={saved} onProblem={setProblem} />
      {adding === 'person' && <PersonForm onClose={() => setAdding(null)} onSaved={saved} />}
      {adding === 'pair' && <PairForm people={accounts.value} onClose={() => setAdding(null)} onSaved={saved} />}
    </>
  );
}

const Heading = ({ id, title, act, onAct }: { id: string; title: string; act: string; onAct: () => void }): VNode => (
  <div class="section-head">
    <h2 id={id}>{title}</h2>
    <button type="button" class="button button-soft" onClick={onAct}>
      <Icon name="plus" />
      {act}
    </button>
  </div>
);
