/** What the model needs of a translator, so that it can be tested without JupyterLab. */
export interface Words {
  __(text: string, ...values: Array<string | number>): string;
  _n(one: string, many: string, count: number, ...values: Array<string | number>): string;
}

/** The texts as they are written, for the tests and as a fallback. */
export const ENGLISH: Words = {
  __: (text, ...values) => fill(text, values),
  _n: (one, many, count, ...values) => fill(count === 1 ? one : many, [count, ...values])
};

function fill(text: string, values: Array<string | number>): string {
  return text.replace(/%(\d)/g, (_, place: string) => String(values[Number(place) - 1] ?? ''));
}

/** Return how long ago a time was. */
export function ago(words: Words, then: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(then)) / 60_000);
  if (Number.isNaN(minutes)) {
    return '';
  }
  if (minutes < 1) {
    return words.__('just now');
  }
  if (minutes < 60) {
    return words.__('%1 min ago', minutes);
  }
  if (minutes < 24 * 60) {
    return words.__('%1 h ago', Math.floor(minutes / 60));
  }
  return new Date(then).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Return a number of seconds as people read it off a clock. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** Return several cell numbers, runs shortened: `1–4, 8`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((one, other) => one - other);
  const parts: string[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) {
      end++;
    }
    parts.push(end - start > 1 ? `${sorted[start]}–${sorted[end]}` : sorted.slice(start, end + 1).join(', '));
    start = end + 1;
  }
  return parts.join(', ');
}
