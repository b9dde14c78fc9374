import { desktopText } from '#shared/desktop-text.ts'
import type { SavedFormat } from '#shared/ipc/files.ts'
import { askSavePath, revealSaved } from '../app/save-dialog.ts'
import { writeFileAtomically } from '../files/atomic-write.ts'
import { writing } from '../files/write-errors.ts'
import type { HandlersOf } from './dispatch.ts'

const types: Record<SavedFormat, string> = {
  png: desktopText('files.png'),
  svg: desktopText('files.svg'),
  csv: desktopText('files.csv'),
}

/** Files that the window makes: plots and tables. */
export const fileHandlers = (): HandlersOf<'files'> => ({
  'files.save': async ({ format, name, content }) => {
    const path = await askSavePath({
      title: desktopText('save.plot', { format: format.toUpperCase() }),
      name,
      ending: `.${format}`,
      type: types[format],
    })
    if (path !== null) await writing(path, () => writeFileAtomically(path, content))
    return path
  },
  'files.reveal': ({ path }) => revealSaved(path),
})
