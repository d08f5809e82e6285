/** What is handed over, told once: big enough to scan from a screen, and alone on the paper when it is printed. */

import type { VNode } from 'preact';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { Dialog } from '../shell/dialog';
import type { Issued } from '../wire/entry';

interface Props {
  issued: Issued;
  young: boolean;
  onClose: () => void;
}

export function Sheet({ issued, young, onClose }: Props): VNode {
  const site = location.host;
  return (
    <Dialog title={t('person.sheet')} kind="sheet" onClose={onClose}>
      <p class="notice no-print">{t('person.once')}</p>
      <p>{issued.code ? t(young ? 'person.sheet_young' : 'person.sheet_adult', { site }) : t('person.sheet_link')}</p>
      {issued.code && <p class="sheet-code">{issued.code}</p>}
      <svg class="sheet-qr" role="img" aria-label={t('person.qr')} viewBox={`0 0 ${issued.qr.size} ${issued.qr.size}`} shape-rendering="crispEdges">
        <path d={issued.qr.path} />
      </svg>
      <p class="sheet-link">
        <span class={issued.code ? 'no-print' : ''}>{issued.link}</span>
      </p>
      <p>
        {t('person.sheet_until', { until: dayAndHour(new Date(issued.until)) })} {t(young ? 'person.sheet_secret' : 'person.sheet_secret_adult')}
      </p>
      <div class="dialog-acts no-print">
        <button type="button" class="button" onClick={() => window.print()}>
          {t('person.print')}
        </button>
        <button type="button" class="button button-plain" onClick={onClose}>
          {t('app.close')}
        </button>
      </div>
    </Dialog>
  );
}
