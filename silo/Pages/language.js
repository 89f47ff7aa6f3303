// The page's texts in its language. They stand in the scripts in English, which is the key by which the file beside the page has them in another language.

/** The code of the page's language, which the server has chosen by what the browser asks for. */
export const language = document.documentElement.lang;

/** English → the page's language; none where that is English. */
export const texts = language === 'en' ? {} : await (await fetch(new URL(`${language}.json`, import.meta.url))).json();

/** A text: t`${3} icons`. */
export function t(parts, ...values) {
  const english = parts.reduce((all, part, i) => `${all}{${i - 1}}${part}`);
  return (texts[english] ?? english).replace(/\{(\d)\}/g, (_, i) => values[i]);
}

/** A whole number. */
export const count = number => number.toLocaleString(language);
