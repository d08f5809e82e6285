/** A mentor's own papers: what stands until when, and the charter to read and sign. */

import type { VNode } from 'preact';
import { t, type Key } from '../locales/text';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { PaperFile } from '../wire/pairs';
import { GateList } from './gate_list';
import { Page, useLoaded } from './page';

const ARTICLES = 6;

export function PapersPage(): VNode {
  const { found, problem } = useLoaded<PaperFile>('papers');
  const { busy, problem: refused, attempt } = useAttempt();
  const file = found.value;
  const signed = file?.gates.find(({ gate }) => gate === 'charter')?.open;
  const sign = (): Promise<void> =>
    attempt(async () => void (found.value = await http<PaperFile>('POST', 'papers/charter', { version: file!.charter })));
  return (
    <Page title={t('papers.mine')} problem={problem.value}>
      {!file && !problem.value && <p class="empty">{t('app.loading')}</p>}
      {file && (
        <>
          <section class="card" aria-labelledby="gates-title">
            <h2 id="gates-title">{t('papers.gates')}</h2>
            <GateList file={file} />
            <p class="hint">{t('papers.mine_hint')}</p>
          </section>
          <section class="card" aria-labelledby="charter-title">
            <h2 id="charter-title">{t('charter.title')}</h2>
            <ol>
              {Array.from({ length: ARTICLES }, (_, index) => (
                <li key={index}>{t(`charter.${index + 1}` as Key)}</li>
              ))}
            </ol>
            <Problem sentence={refused.value} />
            {signed ? (
              <p role="status">
                <strong>{t('charter.signed')}</strong>
              </p>
            ) : (
              <button type="button" class="button" disabled={busy.value} onClick={() => void sign()}>
                {t('charter.sign')}
              </button>
            )}
          </section>
        </>
      )}
    </Page>
  );
}
