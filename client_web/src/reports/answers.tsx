/** What professionals wrote to who reported. */

import type { VNode } from 'preact';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import type { ReportAnswer } from '../wire/reports';

export const Answers = ({ answers }: { answers: readonly ReportAnswer[] }): VNode => (
  <>
    {answers.map(({ at, by, words }) => (
      <div key={at} class="report-answer">
        <p class="fact">{t('reports.answer', { name: by, when: dayAndHour(new Date(at)) })}</p>
        <p class="report-words">{words}</p>
      </div>
    ))}
  </>
);
