// How a page says in another language what was written in English elsewhere, such as a verdict in a result.

const number = '([−+<≈±]?[0-9][0-9.,:e−]*)';
const anything = '((?:(?![;:] ).)+?)';  // within a part of a sentence
const quoted = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// How a text is taken apart that is not known as a whole, and what stands between its parts then.
const sentence = /\. (?=\D)/;
const cuts = [[sentence, '。'], ['; ', '；'], [' · ', ' · '], [': ', '：'], [' (', ' ('], [', ', '、']];

/**
 * Says texts in a language.
 * @param texts English → the language; {0}, {1} … stand for what varies: a number in a text of a few letters, anything in others
 * @returns called with a text; what is not known of it stays English
 */
export function translator(texts) {
  const patterns = Object.keys(texts).filter(key => key.includes('{0}')).map(key => {
    const parts = key.split(/\{\d+\}/);
    const letters = parts.join('').length;
    return { key, letters, form: new RegExp(`^${parts.map(quoted).join(letters < 8 ? number : anything)}$`, 's') };
  }).sort((a, b) => b.letters - a.letters);
  const known = new Map();

  // As one text; undefined: it is none.
  function whole(english) {
    if (Object.hasOwn(texts, english)) return texts[english];
    if (sentence.test(english)) return undefined;  // a sentence at a time
    for (const { key, form } of patterns) {
      const found = form.exec(english);
      if (found) return texts[key].replace(/\{(\d+)\}/g, (_, i) => say(found[Number(i) + 1], 3));
    }
  }

  function say(english, from = 0) {
    const all = whole(english);
    if (all !== undefined) return all;
    for (const [at, by] of cuts.slice(from)) {
      const parts = english.split(at);
      if (parts.length < 2) continue;
      const said = parts.map((part, i) => {
        if (at === sentence && i < parts.length - 1) return (texts[`${part}.`] ?? whole(part) ?? whole(`${part}.`))?.replace(/。$/, '') ?? say(part, from);
        return at === ' (' && i > 0 && part.endsWith(')') ? `${say(part.slice(0, -1), from)})` : say(part, from);
      });
      if (said.some((part, i) => part !== parts[i])) return said.join(by).replace(/。{2,}/g, '。');
    }
    return english.endsWith('.') && whole(english.slice(0, -1)) !== undefined ? `${whole(english.slice(0, -1))}。` : english;
  }

  return english => {
    if (!known.has(english)) known.set(english, say(english));
    return known.get(english);
  };
}
