// What somebody whose token may can do with an experiment: the API's commands, each where it makes a difference.

import { $, fill, h } from './elements.js';
import { t } from './language.js';

const commands = [
  { name: 'pause', text: t`Pause`, fits: ({ state }) => state === 'running' },
  { name: 'resume', text: t`Resume`, fits: ({ state }) => state === 'paused' },
  { name: 'retry', text: t`Retry what failed`, fits: ({ state, cells }) => state !== 'cancelled' && cells.some(cell => cell.state === 'failed') },
  { name: 'submit', text: t`Submit again`, fits: ({ state }) => state === 'cancelled' },
  { name: 'cancel', text: t`Cancel`, fits: ({ state }) => ['running', 'paused'].includes(state) },
];

/** @param onCommand called with a command's name, or with priority and a whole number */
export function drawSteering(status, onCommand) {
  const wanted = h('input', {
    id: 'priority', type: 'number', step: 1, min: -(2 ** 31), max: 2 ** 31 - 1, value: status.priority, 'data-key': `priority of ${status.id}`,
    change: ({ target }) => target.validity.valid && target.value !== '' ? onCommand('priority', Number(target.value)) : target.reportValidity(),
  });
  return h('div', { class: 'steering', role: 'group', 'aria-label': t`Commands` },
    commands.filter(command => command.fits(status)).map(({ name, text }) =>
      h('button', { 'data-key': `${name} ${status.id}`, 'aria-label': t`${text}: ${status.name}`, click: () => onCommand(name) }, text)),
    ['running', 'paused'].includes(status.state) ? h('label', { for: 'priority', title: t`Higher goes first; what runs already goes on` }, t`Priority`, ' ', wanted) : null);
}

/** Asks once; whether the answer is yes. */
export function confirm(question, yes, no) {
  const dialog = $('confirm');
  fill(dialog, h('form', { method: 'dialog' }, h('p', { id: 'question' }, question),
    h('p', { class: 'choices' }, h('button', { value: 'no', autofocus: '' }, no), ' ', h('button', { value: 'yes', class: 'weighty' }, yes))));
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(done => dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true }));
}
