const screen = document.getElementById('screen');
let shown = '0', before = null, act = null, fresh = true;
const value = () => Number(shown.replace(',', '.'));
const show = (text) => { shown = text; screen.textContent = text; };
const result = () => {
  const now = value();
  if (act === '÷' && now === 0) return 'Erreur';
  const made = act === '+' ? before + now : act === '−' ? before - now : act === '×' ? before * now : before / now;
  return String(Number(made.toPrecision(12))).replace('.', ',');
};
function press(key) {
  if (/^[0-9]$/.test(key)) { show(fresh || shown === '0' ? key : (shown + key).slice(0, 12)); fresh = false; }
  else if (key === ',') { if (fresh) show('0,'); else if (!shown.includes(',')) show(shown + ','); fresh = false; }
  else if (key === 'C') { before = act = null; show('0'); fresh = true; }
  else {
    if (act && !fresh) show(result());
    before = Number.isNaN(value()) ? 0 : value();
    act = key === '=' ? null : key;
    fresh = true;
  }
}
document.getElementById('keys').addEventListener('click', (event) => event.target.tagName === 'BUTTON' && press(event.target.textContent));
const KEYS = { '*': '×', '/': '÷', '-': '−', '.': ',', Enter: '=', c: 'C' };
addEventListener('keydown', (event) => {
  const key = KEYS[event.key] ?? event.key;
  if (/^[0-9,C÷×−+=]$/.test(key)) { press(key); event.preventDefault(); }
});
