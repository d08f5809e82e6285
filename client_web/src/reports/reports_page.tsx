/** One's own reports, and how far each is. */

import type { VNode } from 'preact';
import { ago, dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { REPORT } from '../shell/route';
import type { Report, ReportState } from '../wire/reports';
import { Answers } from './answers';

const STEPS: readonly ReportState[] = ['received', 'looked_at', 'done'];

export function ReportsPage(): VNode {
  const loaded = useLoaded<{ reports: readonly Report[] }>('reports', ['notice:new']);
  return (
    <Page title={t('reports.title')} kind="mydata report">
      <p class="lead">{t('reports.lead')}</p>
      <p>
        <a class="button" href={REPORT}>
          {t('reports.new')}
        </a>
      </p>
      <Awaited of={loaded}>
        {({ reports }) =>
          reports.length === 0 ? (
            <p class="empty">{t('reports.none')}</p>
          ) : (
            <ul class="requests">
              {reports.map((report) => (
                <li key={report.id} class="card">
                  <One report={report} />
                </li>
              ))}
            </ul>
          )
        }
      </Awaited>
    </Page>
  );
}

function One({ report }: { report: Report }): VNode {
  const { person, state } = report;
  return (
    <>
      <h2>{t(`report.kind.${report.kind}`)}</h2>
      <p class="fact">
        {[
          person ? t(report.subject === 'message' ? 'report.message_of' : 'reports.about', { name: person }) : t('reports.worry'),
          dayAndHour(new Date(report.at)),
        ].join(' · ')}
      </p>
      <ol class="report-steps" aria-label={t('reports.progress')}>
        {STEPS.map((step, index) => (
          <li key={step} class={index <= STEPS.indexOf(state) ? 'is-reached' : undefined} aria-current={step === state ? 'step' : undefined}>
            {t(`reports.${step}`)}
            {step === state && (
              <>
                {' '}
                <time dateTime={report.moved_at}>({ago(new Date(report.moved_at))})</time>
              </>
            )}
          </li>
        ))}
      </ol>
      {report.stopped && <p>{t('reports.stopped')}</p>}
      {report.words && <blockquote>{report.words}</blockquote>}
      <Answers answers={report.answers} />
    </>
  );
}
