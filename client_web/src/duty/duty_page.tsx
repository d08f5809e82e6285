/** Who is on call: now, in the coming weeks, and when nobody is; one's own times; the plan, for who may set it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import type { DutyView, Gap } from '../wire/duty';
import { dutyOf, nameOf, type Duty } from './acts';
import { ChangeForm, type Kind } from './change_form';
import { ChangesSection, OwnSection } from './own_section';
import { Act, PlanSection } from './plan_section';
import { span } from './spoken';
import { WeeksSection } from './weeks_section';

const SHOWN = 5; // gaps, before one asks for the others

export function DutyPage(): VNode {
  const first = useSignal('');
  const loaded = useLoaded<DutyView>(first.value === '' ? 'duty' : `duty?first=${first.value}`, ['notice:new']);
  return (
    <Page title={t('duty.title')} kind="duty">
      <p class="lead">{t('duty.lead')}</p>
      <Awaited of={loaded}>
        {(view) => {
          const duty = dutyOf(view, loaded.load);
          return (
            <>
              <Now view={view} />
              <Gaps duty={duty} />
              <ChangesSection duty={duty} />
              <WeeksSection view={view} first={first} />
              <OwnSection duty={duty} />
              <NewChanges duty={duty} />
              <PlanSection duty={duty} />
            </>
          );
        }}
      </Awaited>
    </Page>
  );
}

function Now({ view }: { view: DutyView }): VNode {
  const { uncovered, staffed, on_call } = view.now;
  const names = on_call.map((id) => nameOf(view, id)).join(', ');
  if (uncovered) {
    return (
      <p class="problem duty-now" role="alert">
        <strong>{t('duty.now_nobody')}</strong> {t('duty.now_asked', { names })}
      </p>
    );
  }
  return <p class="done duty-now">{t(staffed ? 'duty.now_office' : 'duty.now', { names })}</p>;
}

function Gaps({ duty }: { duty: Duty }): VNode {
  const { gaps, more_gaps, zone, fallback } = duty.view;
  const filling = useSignal<Gap | null>(null);
  const line = (gap: Gap): VNode => (
    <li key={gap.begins}>
      <span>{span(gap, zone)}</span>
      <Act label={t('duty.fill')} of={span(gap, zone)} onClick={() => (filling.value = gap)} />
    </li>
  );
  if (gaps.length === 0) return <p class="done">{t('duty.no_gap')}</p>;
  return (
    <section class="card duty-open" aria-labelledby="duty-open">
      <h2 id="duty-open">{t('duty.gaps', { count: gaps.length + more_gaps })}</h2>
      <p>{t(fallback ? 'duty.gaps_why' : 'duty.gaps_alone')}</p>
      <ul class="duty-list">{gaps.slice(0, SHOWN).map(line)}</ul>
      {gaps.length > SHOWN && (
        <details>
          <summary>{t('duty.more_gaps', { count: gaps.length + more_gaps - SHOWN })}</summary>
          <ul class="duty-list">{gaps.slice(SHOWN).map(line)}</ul>
        </details>
      )}
      {filling.value && <ChangeForm duty={duty} kind="extra" when={filling.value} onClose={() => (filling.value = null)} />}
    </section>
  );
}

const KINDS: readonly Kind[] = ['swap', 'absence', 'extra'];

function NewChanges({ duty }: { duty: Duty }): VNode {
  const making = useSignal<Kind | null>(null);
  return (
    <section class="card" aria-labelledby="duty-differs">
      <h2 id="duty-differs">{t('duty.differs')}</h2>
      <p class="hint">{t('duty.differs_lead')}</p>
      <p class="duty-acts">
        {KINDS.map((kind) => (
          <button key={kind} type="button" class="button button-soft" onClick={() => (making.value = kind)}>
            {t(`duty.new_${kind}`)}
          </button>
        ))}
      </p>
      {making.value && <ChangeForm duty={duty} kind={making.value} onClose={() => (making.value = null)} />}
    </section>
  );
}
