/** A mentor's own papers: what stands until when, and the charter to read and sign. */

import type { VNode } from 'preact';
import { language } from '../locales/language';
import { dateOf } from '../locales/moments';
import { t } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { PaperFile } from '../wire/pairs';
import { GateList } from './gate_list';
import { LIVE } from './words';

export function PapersPage(): VNode {
  const loaded = useLoaded<PaperFile>('papers', LIVE);
  return (
    <Page title={t('papers.mine')}>
      <Awaited of={loaded}>
        {(file) => (
          <>
            <section class="card" aria-labelledby="gates-title">
              <h2 id="gates-title">{t('papers.gates')}</h2>
              <GateList file={file} />
              <p class="hint">{t('papers.mine_hint')}</p>
            </section>
            <Charter file={file} onSigned={loaded.keep} />
          </>
        )}
      </Awaited>
    </Page>
  );
}

function Charter({ file, onSigned }: { file: PaperFile; onSigned: (next: PaperFile) => void }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const gate = file.gates.find((each) => each.gate === 'charter');
  const signed = file.papers.some((paper) => paper.gate === 'charter' && paper.version === file.charter && !paper.withdrawn);
  const sign = (): Promise<void> => attempt(async () => onSigned(await http<PaperFile>('POST', 'papers/charter', { version: file.charter })));
  return (
    <section class="card" aria-labelledby="charter-title">
      <h2 id="charter-title">{t('charter.title')}</h2>
      <ol class="articles">
        {file.charter_text[language.value].map((article, index) => (
          <li key={index}>{article}</li>
        ))}
      </ol>
      <Problem sentence={problem.value} />
      {/* Always here, so that it is said aloud when it changes. */}
      <p role="status">{signed && <strong>{t('charter.signed')}</strong>}</p>
      {!signed && gate?.open && <p>{gate.until ? t('charter.changed_until', { day: dateOf(gate.until) }) : t('charter.changed')}</p>}
      {!signed && (
        <button type="button" class="button" disabled={busy.value} onClick={() => void sign()}>
          {t('charter.sign')}
        </button>
      )}
    </section>
  );
}
