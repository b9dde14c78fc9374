import { useMediaQuery, usePreferredDark } from '@vueuse/core'
import { watch } from 'vue'

/** Colours and type of the canvas, which cannot use tokens by itself. */
export interface Palette {
  line: string
  ink: string
  font: string
  /** The colour of each series. */
  series: string[]
}

/** Reads the tokens at an element; `series` names the token of each series. */
export function readPalette(element: Element, series: readonly string[]): Palette {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return {
    line: token('--line'),
    ink: token('--ink-2'),
    font: `${token('--text-small')} ${style.fontFamily}`,
    series: series.map(token),
  }
}

/** Calls back when the theme changes, by the system or by the app, as long as the component lives. */
export function useThemeChange(changed: () => void): void {
  watch([usePreferredDark(), useMediaQuery('(forced-colors: active)')], changed)
}
