import { desktopText } from '#shared/desktop-text.ts'
import { askSavePath } from '../app/save-dialog.ts'
import { writeFileAtomically } from '../files/atomic-write.ts'
import { writing } from '../files/write-errors.ts'
import { createReport } from '../reports/report.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

/** Reports of runs and experiments, saved where the user says. */
export const reportHandlers = ({ store, reconstructor }: Services): HandlersOf<'reports'> => ({
  'reports.save': async (target) => {
    const { name, html } = await createReport({ store, reconstructor }, target)
    const path = await askSavePath({
      ...{ title: desktopText('save.report'), name, ending: '.html', type: desktopText('files.html') },
    })
    if (path !== null) await writing(path, () => writeFileAtomically(path, html))
    return path
  },
})
