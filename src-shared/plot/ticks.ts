import { formatCount, withDecimalMark } from '#shared/format.ts'
import type { View } from '#shared/plot/view.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** Distances of ticks that people count steps by. */
export const stepIncrements: number[] = Array.from({ length: 10 }, (_, i) =>
  [1, 2, 5].map((n) => n * 10 ** i),
).flat()

/** Distances of ticks that people count time by, in seconds. */
export const timeIncrements: number[] = [
  ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 10, 20, 50, 100].map((n) => n * day),
]

/** Round numbers within a range, about `count` of them. */
export function niceTicks({ min, max }: View, count: number): number[] {
  const rough = (max - min) / Math.max(1, count)
  if (!(rough > 0) || !Number.isFinite(rough)) return []
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const increment = magnitude * ([1, 2, 5].find((n) => n * magnitude >= rough) ?? 10)
  const first = Math.ceil(min / increment)
  const last = Math.floor(max / increment)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => exact((first + i) * increment))
}

/** Ticks of a log scale whose range is given in powers of ten, as are the ticks. */
export function logTicks(range: View, count: number): number[] {
  const decades = Math.ceil((range.max - range.min) / Math.max(1, count))
  for (const mantissas of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const ticks: number[] = []
    const every = mantissas.length === 1 ? Math.max(1, decades) : 1
    for (let power = Math.floor(range.min); power <= range.max; power++) {
      if (power % every !== 0) continue
      for (const mantissa of mantissas) {
        const tick = power + Math.log10(mantissa)
        if (tick >= range.min && tick <= range.max) ticks.push(tick)
      }
    }
    if (ticks.length >= 3) return ticks
  }
  // Within less than a decade the scale is nearly even.
  return niceTicks({ min: 10 ** range.min, max: 10 ** range.max }, count)
    .filter((v) => v > 0)
    .map(Math.log10)
}

/** Labels of y ticks, all with as many decimals as their distance asks for. */
export function tickLabels(ticks: number[], log: boolean): string[] {
  if (log) return ticks.map((tick) => withDecimalMark(plain(10 ** tick)))
  const distance = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0))
  const decimals = distance > 0 ? Math.min(12, Math.max(0, Math.ceil(-Math.log10(distance) - 1e-9))) : 0
  return ticks.map((tick) =>
    withDecimalMark(decimals > 6 ? plain(tick) : tick === 0 ? '0' : tick.toFixed(decimals)),
  )
}

/** A metric's value with four digits: “0.03214”, “12.7”, “3.1e-7”. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return withDecimalMark(value.toExponential(2))
  return size >= 1000 ? formatCount(Math.round(value)) : withDecimalMark(String(Number(value.toPrecision(4))))
}

/** Label of a tick on the time axis; `increment` says how fine it must be. */
export function formatTime(seconds: number, increment: number): string {
  if (seconds === 0) return '0'
  if (increment >= day) return `${exact(seconds / day)} d`
  const hours = Math.floor(seconds / hour)
  const minutes = Math.floor((seconds % hour) / minute)
  if (increment >= hour) return `${hours} h`
  if (increment >= minute) return hours === 0 ? `${minutes} min` : `${hours}:${pad(minutes)} h`
  const rest = exact(seconds % minute)
  if (seconds < minute) return `${rest} s`
  return hours === 0 ? `${minutes}:${pad(rest)} min` : `${hours}:${pad(minutes)}:${pad(rest)}`
}

const exact = (value: number): number => Number(value.toPrecision(12))
const pad = (value: number): string => (value < 10 ? `0${value}` : String(value))

function plain(value: number): string {
  const size = Math.abs(value)
  const rounded = Number(value.toPrecision(8))
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? rounded.toExponential() : String(rounded)
}
