/** What a person may choose in a call: devices, how much data it may take, and whether the line is looked at first. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { t, type Key } from '../../locales/text';
import { Dialog } from '../../shell/dialog';
import type { Call } from '../call';
import { setWantsCheck, wantsCheck } from '../check/remembered';
import { chosen, choose, look, ofKind, type Device } from '../devices';

/** Megabytes of a session. A voice takes about 0.3 a minute, a lean one 0.15, a picture up to 10. */
const BUDGETS = [5, 10, 25, 50, 100, 250] as const;
const MEGABYTE = 1_000_000;

export function CallSettings({ current, onClose }: { current: Call; onClose: () => void }): VNode {
  const check = useSignal(wantsCheck());
  useEffect(() => void look(), []);
  const budget = current.budget.value;
  return (
    <Dialog title={t('call.settings')} kind="call-settings" onClose={onClose}>
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <DeviceChoice device="mic" label="call.settings.mic" changed={() => void current.changeMicrophone()} />
        <DeviceChoice device="camera" label="call.settings.camera" changed={() => void current.changeCamera()} />
        {'setSinkId' in HTMLMediaElement.prototype && <DeviceChoice device="speaker" label="call.settings.speaker" />}
        <Select
          label={t('call.settings.budget')}
          value={budget === null ? '' : String(budget / MEGABYTE)}
          options={[['', t('call.settings.no_budget')], ...BUDGETS.map((size) => [String(size), t('call.settings.megabytes', { size })] as const)]}
          onChange={(value) => void current.setBudget(value === '' ? null : Number(value) * MEGABYTE)}
          hint={t('call.settings.budget_hint')}
        />
        <p class="field field-check">
          <label>
            <input
              type="checkbox"
              checked={check.value}
              onChange={(event) => {
                check.value = event.currentTarget.checked;
                setWantsCheck(check.value);
              }}
            />{' '}
            {t('call.settings.check')}
          </label>
        </p>
      </form>
    </Dialog>
  );
}

function DeviceChoice({ device, label, changed }: { device: Device; label: Key; changed?: () => void }): VNode {
  const found = ofKind(device);
  return (
    <Select
      label={t(label)}
      value={found.some(({ deviceId }) => deviceId === chosen.value[device]) ? chosen.value[device] : ''}
      options={[
        ['', t('call.settings.usual')],
        ...found.filter(({ deviceId }) => deviceId !== 'default').map(({ deviceId, label: name }, at) => [deviceId, name || `${t(label)} ${at + 1}`] as const),
      ]}
      onChange={(id) => {
        choose(device, id);
        changed?.();
      }}
    />
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
  hint?: string;
}

function Select({ label, value, options, onChange, hint }: SelectProps): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </p>
  );
}
