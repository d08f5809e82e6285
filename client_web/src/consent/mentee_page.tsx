/** For professionals: how consent stands for one young person, their guardians, and the whole ledger. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { Choice, Field, FormDialog } from '../shell/fields';
import { later } from '../shell/later';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { PURPOSES, type ConsentPage, type GuardianCard } from '../wire/consent';
import { http } from '../wire/http';
import { History } from './history';
import { LostDevice } from './lost_device';
import { OnOff, SaidList } from './said_list';

const SuspensionCard = later(async () => (await import('../parts/caseload')).SuspensionCard);

type Open = { kind: 'record' } | { kind: 'link' } | { kind: 'end'; link: GuardianCard } | null;

export function MenteePage({ id }: { id: string }): VNode {
  const path = `mentees/${id}`;
  const loaded = useLoaded<ConsentPage>(`${path}/consents`, ['consent:changed']);
  const open = useSignal<Open>(null);
  const found = loaded.found.value;
  const send = async (where: string, body: unknown): Promise<void> => {
    loaded.keep(await http<ConsentPage>('POST', `${path}/${where}`, body));
    open.value = null;
  };
  const close = (): void => {
    open.value = null;
  };
  return (
    <Page title={found ? t('young.of', { name: found.mentee.name }) : t('young.title')} kind="consent">
      <Awaited of={loaded}>
        {(page) => (
          <>
            <Content page={page} onOpen={(kind) => (open.value = kind)} />
            <SuspensionCard id={id} role="mentee" />
            {open.value?.kind === 'record' && <RecordForm page={page} onClose={close} send={(body) => send('consents', body)} />}
            {open.value?.kind === 'link' && <LinkForm page={page} onClose={close} send={(body) => send('guardians', body)} />}
            {open.value?.kind === 'end' && <EndForm link={open.value.link} onClose={close} send={send} />}
          </>
        )}
      </Awaited>
    </Page>
  );
}

function Content({ page, onOpen }: { page: ConsentPage; onOpen: (open: Open) => void }): VNode {
  return (
    <>
      <p class="consent-facts">
        <span class="tag">{t(`young.band.${page.band}`)}</span>
        {page.next && <span class="fact">{t(`consent.next_${page.next.age}`, { name: page.mentee.name, day: dayOf(page.next.on) })}</span>}
      </p>
      <button type="button" class="button consent-easy" onClick={() => onOpen({ kind: 'record' })}>
        {t('young.record')}
      </button>
      <div class="consent-states">
        {page.purposes.map((card) => (
          <article key={card.purpose} class={card.why === 'disagreed' ? 'card is-disagreed' : 'card'}>
            <div class="section-head">
              <h2>{t(`consent.purpose.${card.purpose}`)}</h2>
              <OnOff on={card.on} />
            </div>
            <p>{t(`consent.why.${card.why}`)}</p>
            <SaidList said={card.said} />
          </article>
        ))}
      </div>
      <section class="card" aria-labelledby="guardians">
        <div class="section-head">
          <h2 id="guardians">{t('young.guardians')}</h2>
          {page.addable && (
            <button type="button" class="button button-soft" onClick={() => onOpen({ kind: 'link' })}>
              {t('young.add_guardian')}
            </button>
          )}
        </div>
        {page.guardians.length === 0 && <p class="empty">{t('young.no_guardian')}</p>}
        <ul class="people">
          {page.guardians.map((link) => (
            <Guardian key={link.id} link={link} onEnd={() => onOpen({ kind: 'end', link })} />
          ))}
        </ul>
      </section>
      {page.lets_in && <LostDevice page={page} />}
      <History lines={page.history} open />
    </>
  );
}

function Guardian({ link, onEnd }: { link: GuardianCard; onEnd: () => void }): VNode {
  const facts = [
    tOr(`young.relation.${link.relation}`, 'young.relation'),
    t(link.authority ? 'young.authority.yes' : 'young.authority.no'),
    tOr(`young.paper.${link.paper ?? ''}`, 'young.paper'),
    link.until
      ? t('young.until', { day: dayOf(link.until), why: tOr(`young.ended.${link.ended_why ?? ''}`, 'young.why') })
      : t('young.since', { day: dayOf(link.since) }),
  ];
  return (
    <li class={link.until ? 'is-over' : ''}>
      <span>
        <strong>{link.guardian.name}</strong>
        <span class="fact">{facts.join(' · ')}</span>
      </span>
      {!link.until && (
        <button type="button" class="quiet-button" aria-label={t('young.end_of', { name: link.guardian.name })} onClick={onEnd}>
          {t('young.end')}
        </button>
      )}
    </li>
  );
}

interface FormProps {
  onClose: () => void;
  send: (body: unknown) => Promise<void>;
}

function RecordForm({ page, onClose, send }: FormProps & { page: ConsentPage }): VNode {
  const holders = page.band === 'child' ? page.guardians.filter((link) => link.authority && !link.until) : [];
  const people = [page.mentee, ...holders.map(({ guardian }) => guardian)].map(({ id, name }) => [id, name] as const);
  return (
    <FormDialog
      title={t('young.record')}
      onClose={onClose}
      save={({ by, purpose, answer, how, day: on }) => send({ by, purpose, agree: answer === 'yes', how, day: on })}
    >
      <p class="hint">{t('young.record_hint')}</p>
      <Choice label={t('young.by')} name="by" options={people} />
      <Choice label={t('young.purpose')} name="purpose" options={PURPOSES.map((purpose) => [purpose, t(`consent.purpose.${purpose}`)])} />
      <Choice label={t('young.answer')} name="answer" options={[['yes', t('consent.yes')], ['no', t('consent.no')]]} />
      <Choice label={t('young.how')} name="how" options={[['paper', t('young.how.paper')], ['oral', t('young.how.oral')]]} />
      <Field label={t('young.day')} name="day" type="date" />
    </FormDialog>
  );
}

const RELATIONS = ['parent', 'family', 'carer', 'institution'] as const;
const PAPERS = ['family_record', 'birth_certificate', 'judgment', 'placement', 'declaration'] as const;

function LinkForm({ page, onClose, send }: FormProps & { page: ConsentPage }): VNode {
  const addable = (page.addable ?? []).map(({ id, name }) => [id, name] as const);
  return (
    <FormDialog
      title={t('young.add_guardian')}
      onClose={onClose}
      save={({ guardian, relation, authority, paper }) => send({ guardian, relation, authority: authority === 'yes', paper })}
    >
      {addable.length === 0 && <p class="hint">{t('young.no_addable')}</p>}
      <Choice label={t('young.guardian')} name="guardian" options={addable} />
      <Choice label={t('young.relation')} name="relation" options={RELATIONS.map((one) => [one, t(`young.relation.${one}`)])} />
      <Choice label={t('young.authority')} name="authority" options={[['yes', t('young.authority.yes')], ['no', t('young.authority.no')]]} />
      <Choice label={t('young.paper')} name="paper" options={PAPERS.map((one) => [one, t(`young.paper.${one}`)])} />
    </FormDialog>
  );
}

const ENDINGS = ['authority', 'request', 'mistake'] as const;

function EndForm({ link, onClose, send }: { link: GuardianCard; onClose: () => void; send: (where: string, body: unknown) => Promise<void> }): VNode {
  return (
    <FormDialog title={t('young.end_of', { name: link.guardian.name })} act={t('young.end')} onClose={onClose} save={({ why }) => send(`guardians/${link.id}/end`, { why })}>
      <p class="hint">{t('young.end_hint')}</p>
      <Choice label={t('young.why')} name="why" options={ENDINGS.map((one) => [one, t(`young.ended.${one}`)])} />
    </FormDialog>
  );
}
