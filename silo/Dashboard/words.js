// Figures and states as a person reads them.

import { states, words as english } from './kinds.js';
import { language, t, texts } from './language.js';
import { translator } from './said.js';

/** What comes from the silo, such as a verdict or a kind of work; errors and names stay as they are. */
export const said = translator(texts);

/** What somebody is called who is at a kind of work. */
export const words = Object.fromEntries(Object.entries(english).map(([kind, word]) => [kind, said(word)]));

/** Whether a device works on a cell in this state. */
export const active = state => state in states;

export const word = state => said(states[state] ?? state);

/** With the digits of FigureText.Rounded, by which the console, tables and pages write figures. */
export function figure(value) {
  if (typeof value !== 'number') return '–';  // 'NaN' and 'Infinity' come as words
  const size = Math.abs(value);
  const text = size === 0 ? '0' : size >= 100_000 ? value.toExponential(2).replace('+', '') : size < 0.001 ? value.toExponential(1)
    : size > 0.99 && size < 1 ? value.toFixed(6).replace(/(\.\d\d.*?)0+$/, '$1') : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
  return text.replaceAll('-', '−');
}

export const bytes = value => value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${Math.round(value / 1e6)} MB`;

export const moment = text => new Date(text).toLocaleString(language === 'en' ? undefined : language, { dateStyle: 'short', timeStyle: 'medium' });

/** Of hours:minutes:seconds. */
export function seconds(text) {
  const [hours, minutes, rest] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + rest;
}

export function duration(time) {
  const [h, m, s] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, Math.floor(time) % 60];
  return h > 0 ? t`${h} h ${m} min` : m > 0 ? t`${m} min ${s} s` : t`${s} s`;
}

/** Seconds to the end of a cell's present stage at the mean speed so far; null: not known. */
export function left({ progress }) {
  const worked = progress ? seconds(progress.worked) : 0;
  return worked > 0 && progress.done > 0 ? worked * Math.max(0, (progress.total - progress.done) / progress.done) : null;
}
