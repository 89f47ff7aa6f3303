// How a page says in another language what was written in English elsewhere, such as a verdict in a result: what Translator.cs does for the console, by the same rules.json.

const hole = /\{(\d+)\}/g;
const sentence = new RegExp(rules.sentence);
const quoted = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
// A path, or what is quoted, is no text.
const isName = (text, at, value) => /[/\\]/.test(value) || text[at - 1] === "'";

/**
 * Says texts in a language.
 * @param texts English → the language; {0}, {1} … stand for what varies: a number in a text of a few letters, anything in others
 * @returns called with a text; what is not known of it stays English
 */
export function translator(texts) {
  const patterns = Object.keys(texts).filter(key => key.includes('{0}')).map(key => {
    const parts = key.split(/\{\d+\}/);
    const letters = parts.join('').length;
    return { key, letters, form: new RegExp(`^${parts.map(quoted).join(letters < rules.fewLetters ? rules.number : rules.anything)}$`, 's') };
  }).sort((a, b) => b.letters - a.letters);
  const known = new Map();

  // As one text; undefined: it is none.
  function whole(english) {
    if (Object.hasOwn(texts, english)) return texts[english];
    if (sentence.test(english)) return undefined;  // a sentence at a time
    for (const { key, form } of patterns) {
      const found = form.exec(english);
      if (found) return texts[key].replace(hole, (_, i, at) => isName(texts[key], at, found[Number(i) + 1]) ? found[Number(i) + 1] : say(found[Number(i) + 1], 3));
    }
  }

  // Who speaks, and what is known as one text though it has parts: a verdict.
  function behindColon(english, cut) {
    for (let at = english.indexOf(': '); at >= 0; at = english.indexOf(': ', at + 1)) {
      const tail = whole(english.slice(at + 2));
      if (tail !== undefined) return `${say(english.slice(0, at), cut)}：${tail}`;
    }
  }

  function say(english, from = 0) {
    const all = whole(english);
    if (all !== undefined) return all;
    for (let cut = from; cut < rules.cuts.length; cut++) {
      const [at, by] = rules.cuts[cut];
      const verdict = at === ': ' ? behindColon(english, cut) : undefined;
      if (verdict !== undefined) return verdict;
      const parts = english.split(cut === 0 ? sentence : at);
      if (parts.length < 2) continue;
      const said = parts.map((part, i) => {
        if (cut === 0 && i < parts.length - 1) return (texts[`${part}.`] ?? whole(part) ?? whole(`${part}.`))?.replace(/。+$/, '') ?? say(part, from);
        return at === ' (' && i > 0 && part.endsWith(')') ? `${say(part.slice(0, -1), from)})` : say(part, from);
      });
      if (said.some((part, i) => part !== parts[i])) return said.join(by).replaceAll('。。', '。');
    }
    const unended = english.endsWith('.') ? whole(english.slice(0, -1)) : undefined;
    return unended === undefined ? english : `${unended}。`;
  }

  return english => {
    if (!known.has(english)) known.set(english, say(english));
    return known.get(english);
  };
}
