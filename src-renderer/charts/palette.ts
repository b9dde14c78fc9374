/** Colours and type of the canvas, which cannot use tokens by itself. */
export interface Palette {
  accent: string
  line: string
  ink: string
  font: string
}

/** Reads the tokens as they are at an element now. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return {
    accent: token('--accent'),
    line: token('--line'),
    ink: token('--ink-2'),
    font: `${token('--text-small')} ${style.fontFamily}`,
  }
}

/** Hears when the theme changes, by the system or by the app; the answer stops it. */
export function watchTheme(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(changed)
  system.addEventListener('change', changed)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => {
    system.removeEventListener('change', changed)
    observer.disconnect()
  }
}
