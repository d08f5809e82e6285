/** The papers of one mentor, for who answers for them: what stands until when, and what is written down or withdrawn. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { Choice, Field, FormDialog } from '../shell/fields';
import { later } from '../shell/later';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { PaperFile } from '../wire/pairs';
import { GateList } from './gate_list';
import { word, worded } from './words';

const SuspensionCard = later(async () => (await import('../parts/caseload')).SuspensionCard);

const KINDS: Readonly<Record<string, readonly string[]>> = {
  vetting: ['honorability', 'criminal_record', 'interview'],
  training: ['welcome', 'safeguarding', 'listening', 'other'],
};

export function MentorPage({ id }: { id: string }): VNode {
  const loaded = useLoaded<PaperFile>(`mentors/${id}/papers`); // not again by itself: each reading is written down
  const asked = useSignal(false);
  const said = useSignal('');
  const name = loaded.found.value?.mentor.name;
  return (
    <Page title={name ? t('papers.of', { name }) : t('papers.title')}>
      <p class="done" role="status">
        {said.value}
      </p>
      <Awaited of={loaded}>
        {(file) => (
          <>
            <section class="card" aria-labelledby="gates-title">
              <h2 id="gates-title">{t('papers.gates')}</h2>
              <GateList file={file} />
              <p class="dialog-acts">
                <button type="button" class="button" onClick={() => (asked.value = true)}>
                  {t('papers.add')}
                </button>
              </p>
            </section>
            <History file={file} onChange={loaded.keep} />
            <SuspensionCard id={id} role="mentor" />
            {asked.value && (
              <PaperForm
                file={file}
                onClose={() => (asked.value = false)}
                onSaved={(next) => {
                  loaded.keep(next);
                  asked.value = false;
                  said.value = t('papers.added');
                }}
              />
            )}
          </>
        )}
      </Awaited>
    </Page>
  );
}

function History({ file, onChange }: { file: PaperFile; onChange: (next: PaperFile) => void }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const withdraw = (paper: string): Promise<void> =>
    attempt(async () => onChange(await http<PaperFile>('DELETE', `mentors/${file.mentor.id}/papers/${paper}`)));
  return (
    <section class="card" aria-labelledby="papers-title">
      <h2 id="papers-title">{t('papers.history')}</h2>
      <Problem sentence={problem.value} />
      {file.papers.length === 0 && <p class="empty">{t('papers.none')}</p>}
      <ul class="people">
        {file.papers.map((paper) => (
          <li key={paper.id}>
            <span>
              <strong>{word('paper', paper.kind)}</strong>
              <span class="fact">
                {dayOf(paper.issued_on)}
                {paper.valid_until && ` → ${dayOf(paper.valid_until)}`}
                {paper.version && ` · ${t('papers.version', { version: paper.version })}`}
              </span>
            </span>
            {paper.withdrawn ? (
              <span class="tag">{t('papers.withdrawn')}</span>
            ) : (
              <button type="button" class="quiet-button" disabled={busy.value} onClick={() => void withdraw(paper.id)}>
                {t('papers.withdraw')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function PaperForm({ file, onClose, onSaved }: { file: PaperFile; onClose: () => void; onSaved: (next: PaperFile) => void }): VNode {
  const gate = useSignal('vetting');
  return (
    <FormDialog title={t('papers.add')} onClose={onClose} save={async (fields) => onSaved(await http<PaperFile>('POST', `mentors/${file.mentor.id}/papers`, fields))}>
      <Choice
        label={t('papers.gate')}
        name="gate"
        value={gate.value}
        options={worded('gate', Object.keys(KINDS))}
        onChange={(chosen) => (gate.value = chosen)}
      />
      <Choice label={t('papers.kind')} name="kind" options={worded('paper', KINDS[gate.value] ?? [])} />
      <Field label={t('papers.issued_on')} name="issued_on" type="date" />
      <Field
        label={t('papers.valid_until')}
        name="valid_until"
        type="date"
        required={false}
        hint={gate.value === 'vetting' ? t('papers.months', { count: file.vetting_months }) : t('papers.no_end_hint')}
      />
    </FormDialog>
  );
}
