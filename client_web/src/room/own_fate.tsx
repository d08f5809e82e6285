/** What became of one's own message: why, what the others read of it, and what its author may do about it. */

import type { ComponentChildren, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t, type Key } from '../locales/text';
import { Icon, type IconName } from '../shell/icons';
import { link } from '../wire/link';
import { appealable } from './editing';
import { Masked, TheirFate, Why, type FateProps } from './fate';
import type { Entry } from './log';
import { appealOf, askAppeal, beginMending } from './mending';

export function OwnFate({ room, entry, editable }: FateProps): VNode | null {
  const { state, edit } = entry;
  if (edit) {
    return (
      <Fate icon={edit.state === 'held' ? 'clock' : edit.state === 'returned' ? 'back' : 'stop'} kind={edit.state} title={`message.edit_${edit.state}` as Key}>
        <p class="others-read">
          {t('message.new_text')} <q>{edit.body}</q>
        </p>
        <Advice entry={entry} />
        <p>{t('message.edit_why')}</p>
        <Acts room={room} entry={entry} edit={editable && edit.state === 'returned'} />
      </Fate>
    );
  }
  switch (state) {
    case 'held':
      return (
        <Fate icon="clock" kind="held" title="message.held">
          <p>{t(entry.notice === 'frozen' ? 'message.held_frozen' : entry.notice === 'held_first_slip' ? 'message.held_slip' : 'message.held_why')}</p>
          <Acts room={room} entry={entry} />
        </Fate>
      );
    case 'masked':
      return (
        <Fate icon="hidden" kind="masked" title="message.masked">
          {entry.othersRead !== undefined && (
            <p class="others-read">
              {t('message.others_read')}{' '}
              <q>
                <Masked text={entry.othersRead} />
              </q>
            </p>
          )}
          <p>{t('message.masked_why')}</p>
          <Acts room={room} entry={entry} />
        </Fate>
      );
    case 'returned':
      return (
        <Fate icon="back" kind="returned" title="message.returned_own">
          <Advice entry={entry} />
          <p>{t('message.returned_why')}</p>
          <Acts room={room} entry={entry} edit={editable} />
        </Fate>
      );
    case 'blocked':
    case 'refused':
      return (
        <Fate icon="stop" kind={state} title={`message.${state}`}>
          <p>{t(`message.${state}_why`)}</p>
          <Acts room={room} entry={entry} />
        </Fate>
      );
    default:
      return <TheirFate entry={entry} />;
  }
}

const Advice = ({ entry }: { entry: Entry }): VNode | null =>
  entry.advice ? (
    <div class="advice">
      <p>{t('message.advice')}</p>
      <blockquote>{entry.advice}</blockquote>
    </div>
  ) : null;

function Acts({ room, entry, edit = false }: { room: number; entry: Entry; edit?: boolean }): VNode {
  const asked = appealOf(room, entry.seq);
  const online = link.value === 'online';
  useEffect(() => {
    // It is told as it comes (`chat:appealed`); what was told while there was no network is asked for.
    if (online && asked && !asked.decided) askAppeal(room, entry.seq).catch(() => {});
  }, [online]);
  return (
    <>
      {asked && (
        <p class="appeal-state" role="status">
          <Icon name={asked.decided ? 'seen' : 'clock'} />
          {asked.decided
            ? t(asked.kept ? 'message.appeal_decided' : 'message.appeal_answered', { when: dayAndHour(new Date(asked.decided)) })
            : t('message.appeal_asked')}
        </p>
      )}
      <p class="fate-acts">
        {edit && (
          <button type="button" class="button mend-edit" onClick={() => void beginMending(room, entry.seq, 'edit')}>
            <Icon name="pen" />
            {t('message.change')}
          </button>
        )}
        {!asked && appealable(entry) && (
          <button type="button" class="quiet-button mend-appeal" onClick={() => void beginMending(room, entry.seq, 'appeal')}>
            {t('message.appeal')}
          </button>
        )}
        <Why />
      </p>
    </>
  );
}

const Fate = ({ icon, kind, title, children }: { icon: IconName; kind: string; title: Key; children: ComponentChildren }): VNode => (
  <div class={`fate fate-${kind}`}>
    <Icon name={icon} />
    <div>
      <p>
        <strong>{t(title)}</strong>
      </p>
      {children}
    </div>
  </div>
);
