/** Who can help, right now: needs no network, no sign-in and no moderation. What takes more code comes as it opens. */

import type { VNode } from 'preact';
import { hour } from '../locales/moments';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Dialog } from '../shell/dialog';
import { dressed } from '../shell/dress';
import { later } from '../shell/later';
import { callForHelp, helpCard, tellTeam, toldAt } from './call_for_help';
import { quickExit } from './quick_exit';

/** The address of `styles/help.css`, which the bundler names by its content. */
declare const HELP_STYLES: string;

const People = later(async () => (await helpCode()).People, () => null);
const Numbers = later(async () => (await helpCode()).Numbers, First);

const helpCode = (): Promise<typeof import('../parts/help')> => dressed(import('../parts/help'), HELP_STYLES);

export function HelpCard(): VNode | null {
  if (helpCard.value === 'closed') return null;
  return (
    <Dialog title={t('help.title')} kind="help" act={<Leave />} onClose={() => (helpCard.value = 'closed')}>
      <p class="help-lead">{t(helpCard.value === 'shown' ? 'help.shown' : 'help.lead')}</p>
      {me.value && <Team />}
      <People />
      <Numbers />
    </Dialog>
  );
}

const Leave = (): VNode => (
  <button type="button" class="button button-plain help-leave" onClick={quickExit}>
    {t('help.leave')}
  </button>
);

function Team(): VNode {
  const state = callForHelp.value;
  return (
    <section class={`help-team help-team-${state}`} aria-label={t('help.team')}>
      <div>
        <h3>{t('help.team')}</h3>
        <p role="status">
          {state === 'none' && t('help.tell_team_why')}
          {state === 'telling' && t('help.telling')}
          {state === 'will_tell' && t('help.will_tell')}
          {state === 'told' && t('help.told', { hour: toldAt.value ? hour(toldAt.value) : '' })}
        </p>
      </div>
      {state === 'none' && (
        <button type="button" class="button" onClick={tellTeam}>
          {t('help.tell_team')}
        </button>
      )}
    </section>
  );
}

/** Until all is here, or when it cannot be had. */
function First(): VNode {
  return (
    <p class="help-first">
      {['112', '119', '3114'].map((number) => (
        <a key={number} class="line-number" href={`tel:${number}`}>
          {number}
        </a>
      ))}
    </p>
  );
}
