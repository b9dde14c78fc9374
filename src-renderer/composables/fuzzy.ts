/** Points of a letter that is found: at the start of a word, right after the letter before, or anywhere. */
const points = { start: 8, next: 8, any: 1 }
/** Fewer points a letter are a coincidence: letters scattered over the text. */
const leastPoints = 4
/** What each letter of the text costs that is not asked for, so that of equal finds the shorter text comes first. */
const costOfLetter = 0.05

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const isStart = (text: string, at: number): boolean => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')

/**
 * How well a text fits what was typed: all its letters in this order, best at the starts of words and next to each other;
 * null when it does not fit, or by
 * scattered letters only. Case and accents do not count, spaces in the query neither.
 */
export function fuzzyScore(query: string, text: string): number | null {
  const letters = plain(query).replace(/\s+/g, '')
  const target = plain(text)
  // best[i]: the best score of the letters so far, the last of them at i.
  let best = new Array<number | null>(target.length).fill(null)
  for (const [k, letter] of Array.from(letters).entries()) {
    const next = new Array<number | null>(target.length).fill(null)
    let before: number | null = k === 0 ? 0 : null
    for (let i = 0; i < target.length; i++) {
      if (k > 0 && i > 0) before = maxOf(before, best[i - 1] ?? null)
      if (target[i] !== letter || before === null) continue
      const adjacent = k > 0 ? (best[i - 1] ?? null) : null
      const own = isStart(target, i) ? points.start : points.any
      next[i] = Math.max(before + own, adjacent === null ? 0 : adjacent + Math.max(points.next, own))
    }
    best = next
  }
  const score = letters === '' ? 0 : best.reduce(maxOf, null)
  if (score === null || score < leastPoints * letters.length) return null
  return score - costOfLetter * target.length
}

const maxOf = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)

/** Those that fit, the best first; of equally good ones the order stays. */
export const fuzzySorted = <T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] =>
  items
    .flatMap((item) => {
      const score = fuzzyScore(query, textOf(item))
      return score === null ? [] : [{ item, score }]
    })
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
